import TaskstatsClient

/// From the connection to standard output, event by event, until something ends it.
///
/// Lines are written when no more events are here already, so a reader sees each exit at once while a burst costs one
/// write for many. What is said on standard error stands where it belongs between them.
struct WatchStream: ~Copyable {
    /// What ended the stream, short of a failure.
    enum Ending { case count, signal, time, readerGone }

    private let connection: TaskstatsConnection
    private let limit: UInt64?
    private let progress: ProgressLine?
    /// What is shown.
    private(set) var view: StreamView

    init(connection: TaskstatsConnection, view: consuming StreamView, limit: UInt64?, progress: ProgressLine?) {
        self.connection = connection
        self.view = view
        self.limit = limit
        self.progress = progress
    }

    /// Shows what comes until it ends.
    mutating func run(interruptedBy interruption: borrowing Interruption) throws -> Ending {
        do {
            return try showAll(interruptedBy: interruption)
        } catch StandardOutput.Stop.readerGone {
            return .readerGone
        } catch StandardOutput.Stop.interrupted {
            return Ending(interruption.cause() ?? .readerGone)
        } catch let error as TaskstatsError {
            try? view.flush(interruptedBy: interruption.descriptor)
            throw error
        }
    }

    private mutating func showAll(interruptedBy interruption: borrowing Interruption) throws -> Ending {
        view.begin()
        while true {
            guard let event = try nextEvent(interruptedBy: interruption) else {
                if let cause = interruption.cause() { return Ending(cause) }
                if interruption.takeTick() { showProgress() }
                continue
            }
            try take(event, interruptedBy: interruption.descriptor)
            if view.shown == limit {
                try view.flush(interruptedBy: interruption.descriptor)
                return .count
            }
        }
    }

    private mutating func take(
        _ event: TaskstatsConnection.TextEvent, interruptedBy descriptor: Int32?
    ) throws(StandardOutput.Stop) {
        switch event {
        case .exit(let params): view.exit(text: params)
        case .other(.exit(let record)): view.exit(record)
        case .other(.lost(let loss)): try view.lost(loss, interruptedBy: descriptor)
        // The next wait throws, with the reason.
        case .other(.closing): break
        }
    }

    private mutating func nextEvent(
        interruptedBy interruption: borrowing Interruption
    ) throws -> TaskstatsConnection.TextEvent? {
        if !view.isFull, let event = try connection.nextReceivedText() { return event }
        try view.flush(interruptedBy: interruption.descriptor)
        return try connection.nextText(interruptedBy: interruption.wakeDescriptor)
    }

    /// Ends the subscription; a summary takes what had ended by then too.
    mutating func takeRest() {
        // Whether the daemon still answers makes no difference to someone who is leaving.
        guard (try? connection.unsubscribe()) != nil, view.summary != nil else { return }
        while let event = try? connection.nextReceivedText() { try? take(event, interruptedBy: nil) }
    }

    /// Shows what was added up, if that is wanted.
    mutating func end(_ context: SummaryContext, asJSON: Bool) throws(StandardOutput.Stop) {
        progress?.clear()
        try view.end(context, asJSON: asJSON)
    }

    private func showProgress() {
        progress?.show(
            LossText.summary(view.shown, "seen", lost: view.lost) + ", "
                + DecimalText.seconds(microseconds: progress?.elapsedMicroseconds ?? 0))
    }
}

extension WatchStream.Ending {
    init(_ cause: Interruption.Cause) {
        switch cause {
        case .signal: self = .signal
        case .time: self = .time
        case .readerGone: self = .readerGone
        }
    }
}

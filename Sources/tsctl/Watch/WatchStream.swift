import CommandSupport
import Taskstats

/// The path of events from the connection to standard output, until something ends it.
///
/// Lines are written when no more events are available, so a reader sees each exit immediately, while a burst costs one
/// write for many. Messages on standard error appear at the right place between them.
struct WatchStream: ~Copyable {
    /// The reason why the stream ended, other than a failure.
    enum Ending { case count, signal, time, readerGone }

    private let connection: TaskstatsConnection
    private let limit: UInt64?
    private let progress: ProgressLine?
    private let reconnector: Reconnector?
    /// Whether there is a subscription to end.
    private var isConnected = true
    /// What the reader has taken; nil if that is not stored.
    private var cursor: DeliveryCursor?
    /// The view that shows the events.
    private(set) var view: StreamView
    /// The reason for which writing stopped at the end; `interrupted` if the reader did not read in time.
    private(set) var stop: StandardOutput.Stop?
    /// The number of received exits and starts that are not shown for that reason.
    private(set) var notShown: UInt64 = 0

    /// Creates a stream; without a reconnector it ends with the connection.
    init(
        connection: TaskstatsConnection, view: consuming StreamView, limit: UInt64?, progress: ProgressLine?,
        reconnector: Reconnector? = nil, cursor: DeliveryCursor? = nil
    ) {
        self.cursor = cursor
        self.reconnector = reconnector
        self.connection = connection
        self.view = view
        self.limit = limit
        self.progress = progress
    }

    /// Shows events until the stream ends.
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
        if cursor?.mayFollowIncompleteLine == true { view.endLine() }
        view.begin()
        while true {
            do {
                return try showEvents(interruptedBy: interruption)
            } catch let error as TaskstatsError {
                guard let reconnector else { throw error }
                try view.flush(interruptedBy: interruption.descriptor)
                progress?.clear()
                switch try reconnector.restore(connection, after: error, interruptedBy: interruption.descriptor) {
                case .restored(let gap, let isResumed):
                    if !isResumed { try view.gap(gap, interruptedBy: interruption.descriptor) }
                    view.setSource(instance: connection.server.instance)
                case .interrupted(let gap):
                    isConnected = false
                    try view.gap(gap)
                    return Ending(interruption.cause() ?? .readerGone)
                }
            }
        }
    }

    private mutating func showEvents(interruptedBy interruption: borrowing Interruption) throws -> Ending {
        while true {
            guard let event = try nextEvent(interruptedBy: interruption) else {
                if let cause = interruption.cause() { return Ending(cause) }
                if interruption.takeTick() {
                    showProgress()
                    try saveCursor()
                }
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
        case .other(.start(let start)): view.start(start)
        case .other(.lost(let loss)): try view.lost(loss, interruptedBy: descriptor)
        // The next wait throws the reason.
        case .other(.closing), .other(.live): break
        }
        if cursor != nil, let index = event.index {
            cursor?.note(index, of: connection.server.instance, before: view.end)
        }
    }

    /// Saves what the reader has taken.
    mutating func saveCursor() throws(Failure) {
        do throws(Failure) {
            try cursor?.save(written: view.written)
        } catch {
            cursor = nil
            throw error
        }
    }

    private mutating func nextEvent(
        interruptedBy interruption: borrowing Interruption
    ) throws -> TaskstatsConnection.TextEvent? {
        if !view.isFull, let event = try connection.nextReceivedText() { return event }
        try view.flush(interruptedBy: interruption.descriptor)
        return try connection.nextText(interruptedBy: interruption.wakeDescriptor)
    }

    /// Ends the subscription, and shows what the daemon sends until it confirms the end.
    ///
    /// Once the command must end, when `descriptor` is readable, a reader that does not read gets half a second for each
    /// piece; exits that it does not read are counted in `notShown`. Returns false if the daemon did not confirm the end
    /// within the limits, or before the signal, so that records may be missing.
    mutating func takeRemaining(
        within limits: TaskstatsConnection.UnsubscribeLimits, ending descriptor: Int32,
        interruptedBy signal: Int32? = nil
    ) -> Bool {
        if view.summary == nil { view.limitTimeout(OutputTimeout(ending: descriptor)) }
        guard isConnected else {
            takeLate(nil)
            return true
        }
        let connection = connection
        var left = Interruption.mostRecords
        var isConfirmed = false
        do throws(TaskstatsError) {
            isConfirmed = try connection.unsubscribe(within: limits, interruptedBy: signal) { event in
                takeLate(event)
                left -= 1
                return left > 0
            }
        } catch {
            if let gap = reconnector?.finalGap(after: error) { try? view.gap(gap) }
        }
        takeLate(nil)
        return isConfirmed
    }

    /// Shows an event, or writes what was gathered; counts exits only once the reader did not read in time.
    private mutating func takeLate(_ event: TaskstatsConnection.TextEvent?) {
        guard stop == nil else {
            switch event {
            case .exit, .other(.exit), .other(.start): notShown += 1
            case .other(.lost(let loss)): view.count(loss)
            case .other(.closing), .other(.live), nil: break
            }
            return
        }
        do throws(StandardOutput.Stop) {
            if let event { try take(event, interruptedBy: nil) }
            if event == nil || view.isFull { try view.flush() }
        } catch {
            stop = error
            notShown = view.discardPending()
        }
    }

    /// Shows the summary, if there is one.
    mutating func end(_ context: SummaryContext, as form: OutputForm) throws(StandardOutput.Stop) {
        progress?.clear()
        try view.end(context, as: form)
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

import TaskstatsClient

/// From the connection to standard output, event by event, until something ends it.
///
/// Lines are written when no more events are here already, so a reader sees each exit at once while a burst costs one
/// write for many. What is said on standard error stands where it belongs between them.
struct WatchStream: ~Copyable {
    /// What ended the stream, short of a failure.
    enum Ending { case count, signal, readerGone }

    private let connection: TaskstatsConnection
    private var screen: WatchScreen?
    private var output = StandardOutput()
    private let limit: UInt64?
    /// The exits shown so far.
    private(set) var shown: UInt64 = 0
    /// The records lost so far.
    private(set) var lost: UInt64 = 0

    init(connection: TaskstatsConnection, screen: WatchScreen?, limit: UInt64?) {
        self.connection = connection
        self.screen = screen
        self.limit = limit
    }

    /// Shows what comes until it ends.
    mutating func run(interruptedBy interruption: borrowing Interruption) throws -> Ending {
        do {
            return try showAll(interruptedBy: interruption)
        } catch StandardOutput.Stop.readerGone {
            return .readerGone
        } catch StandardOutput.Stop.interrupted {
            return interruption.isSignalled() ? .signal : .readerGone
        } catch let error as TaskstatsError {
            try? output.flush(interruptedBy: interruption.descriptor)
            throw error
        }
    }

    private mutating func showAll(interruptedBy interruption: borrowing Interruption) throws -> Ending {
        if let screen { output.line(screen.heading) }
        while true {
            guard let event = try nextEvent(interruptedBy: interruption.descriptor) else {
                return interruption.isSignalled() ? .signal : .readerGone
            }
            switch event {
            case .exit(let params):
                output.line(params)
                shown += 1
            case .other(.exit(let record)):
                if let row = screen?.row(record) { output.line(row) }
                shown += 1
            case .other(.lost(let loss)):
                try output.flush(interruptedBy: interruption.descriptor)
                Console.say(LossText.of(loss))
                lost &+= loss.count
            case .other(.closing):
                // The next wait throws, with the reason.
                continue
            }
            if shown == limit {
                try output.flush(interruptedBy: interruption.descriptor)
                return .count
            }
        }
    }

    private mutating func nextEvent(interruptedBy descriptor: Int32) throws -> TaskstatsConnection.TextEvent? {
        if !output.isFull, let event = try connection.nextReceivedText() { return event }
        try output.flush(interruptedBy: descriptor)
        return try connection.nextText(interruptedBy: descriptor)
    }
}

import TaskstatsProtocol

/// A connection to taskstatsd that waits for what it is asked for: the core for programs without an event loop.
///
/// ```swift
/// let connection = try TaskstatsConnection.connect()
/// let init1 = try connection.stats(ofTask: 1)
/// print(init1.cpuDelayTotal ?? .zero, "waiting for a CPU")
///
/// try connection.subscribe(Subscription(scope: .process))
/// while true {
///     switch try connection.next() {
///     case .exit(let record): print(record.pid, record.task.command ?? "?")
///     case .lost(let lost): print(lost.count, "records lost")
///     case .closing(let reason): return print(reason)
///     }
/// }
/// ```
///
/// It belongs to one thread at a time. A request that the daemon refuses, or does not answer in time, throws and leaves
/// the connection as it was; once the connection itself has failed, or the daemon has closed it, every later call throws
/// the same error again, until ``reconnect()``. Letting go of it closes the connection, and with it the subscription.
public final class TaskstatsConnection {
    /// Where the daemon listens unless it is told otherwise.
    public static let defaultPath = "/run/taskstats.sock"
    /// How long to wait for an answer unless told otherwise.
    public static let defaultTimeout = Duration.seconds(10)

    /// What the daemon said of itself and of this program.
    public private(set) var server: ServerInfo
    /// How long a request waits for its answer before it throws ``TaskstatsError/Code/timedOut``; nil for any time.
    ///
    /// Waiting for events has no limit.
    public var timeout: Duration?
    private let path: String
    /// What is subscribed, to be subscribed again.
    var subscription: Subscription?
    var stream: LineStream
    var conversation = Conversation()

    init(stream: consuming LineStream, server: ServerInfo, path: String, timeout: Duration?) {
        self.stream = stream
        self.server = server
        self.path = path
        self.timeout = timeout
    }

    /// Connects and waits for the daemon's greeting, no longer than for an answer.
    public static func connect(
        path: String = defaultPath, timeout: Duration? = defaultTimeout
    ) throws(TaskstatsError) -> TaskstatsConnection {
        try connect(path: path, timeout: timeout, trace: nil)
    }

    /// Connects anew, once, in place of a connection that has ended, and subscribes again to what was subscribed.
    ///
    /// Another ``ServerInfo/instance`` in ``server`` says that the daemon was started anew. When it throws, nothing has
    /// changed. What the old connection had received and nobody took is given up.
    public func reconnect() throws(TaskstatsError) {
        let fresh = try Self.connect(path: path, timeout: timeout, trace: stream.trace)
        fresh.keepsText = keepsText
        if let subscription { try fresh.subscribe(subscription) }
        swap(&stream, &fresh.stream)
        conversation = fresh.conversation
        server = fresh.server
    }

    /// Sends a request and waits for its answer; events that come first are kept.
    func answer(to call: Request.Call) throws(TaskstatsError) -> Answer {
        let deadline = timeout.map(SuspendingClock.now.advanced(by:))
        var letter = try letter(asking: call)
        while try !sendNow(&letter) {
            guard try stream.wait(for: .writable, until: deadline) == .ready else { throw abandoned(letter) }
        }
        while true {
            if let answer = try receivedAnswer() { return answer }
            guard try stream.wait(for: .readable, until: deadline) == .ready else { throw .timedOut }
            _ = try receiveNow()
        }
    }

    /// Asks and reads what is answered.
    func ask<Result>(_ question: Question<Result>) throws(TaskstatsError) -> Result {
        try read(answer(to: question.call), to: question)
    }
}

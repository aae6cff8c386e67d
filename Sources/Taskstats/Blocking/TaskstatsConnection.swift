import TaskstatsProtocol

/// A blocking connection to taskstatsd, for programs without an event loop.
///
/// ```swift
/// let connection = try TaskstatsConnection.connect()
/// let init1 = try connection.stats(ofTask: 1)
/// print(init1.cpuWait ?? .zero, "waiting for a CPU")
///
/// try connection.subscribe(Subscription(scope: .process))
/// while true {
///     switch try connection.next() {
///     case .exit(let record): print(record.pid, record.task.command ?? "?")
///     case .start, .live: break  // only if the subscription requests them
///     case .lost(let lost): print(lost, "lost")
///     case .closing(let reason): return print(reason)
///     @unknown default: break
///     }
/// }
/// ```
///
/// One thread at a time can use a connection. A request that the daemon refuses, or does not answer in time, throws and
/// leaves the connection usable. Once the connection itself has failed, or the daemon has closed it, every later call
/// throws the same error until ``reconnect()``. Releasing the connection closes it and ends the subscription.
public final class TaskstatsConnection {
    /// The default path of the daemon's socket.
    public static let defaultPath = "/run/taskstats.sock"
    /// The default time limit of a request.
    public static let defaultTimeout = Duration.seconds(10)

    /// The daemon's handshake.
    public private(set) var server: ServerInfo
    /// The time limit of a request, which then throws ``TaskstatsError/Code/timedOut``; nil for no limit.
    ///
    /// Waiting for events has no limit.
    public var timeout: Duration?
    let path: String
    /// The current subscription, for reconnecting.
    var subscription: Subscription?
    var stream: LineStream
    var stateMachine = ConnectionStateMachine()

    init(stream: consuming LineStream, server: ServerInfo, path: String, timeout: Duration?) {
        self.stream = stream
        self.server = server
        self.path = path
        self.timeout = timeout
    }

    /// Connects and waits for the daemon's handshake, within the timeout.
    ///
    /// While the daemon's backlog is full, it waits in line within the timeout.
    public static func connect(
        path: String = defaultPath, timeout: Duration? = defaultTimeout
    ) throws(TaskstatsError) -> TaskstatsConnection {
        try connect(path: path, timeout: timeout, trace: nil)
    }

    /// Replaces an ended connection by a new one, and subscribes again.
    ///
    /// It makes one attempt; if that throws, nothing has changed. A different ``ServerInfo/instance`` in ``server``
    /// means that the daemon restarted. Events of the old connection that were received but not read are discarded.
    ///
    /// A daemon that numbers records resumes after the last event that was read: the same instance delivers what it
    /// still keeps, and reports the rest as lost; another one reports a loss of unknown size.
    public func reconnect() throws(TaskstatsError) {
        let fresh = try Self.connect(path: path, timeout: timeout, trace: stream.trace)
        fresh.keepsText = keepsText
        if let subscription = subscription(resumingAt: fresh.server) { try fresh.subscribe(subscription) }
        replace(with: fresh)
    }

    /// The point after the last event that was read; nil if the daemon does not number records.
    ///
    /// Until the daemon has sent something with an index, it is where the subscription starts, which can be the index of
    /// another instance.
    var resumption: HistoryStart? {
        stateMachine.lastIndex.map { .after(instance: server.instance, index: $0) } ?? stateMachine.start
    }

    /// Returns whether ``reconnect()`` to this daemon leaves out no record without a report.
    func canResume(at server: ServerInfo) -> Bool {
        server.instance == self.server.instance && server.features.contains(ServerInfo.sinceFeature)
            && resumption != nil
    }

    /// Returns the subscription that continues this one at a daemon.
    func subscription(resumingAt server: ServerInfo) -> Subscription? {
        guard var subscription else { return nil }
        if server.features.contains(ServerInfo.sinceFeature), let resumption { subscription.since = resumption }
        return subscription
    }

    /// Takes over the state of another connection.
    func replace(with fresh: TaskstatsConnection) {
        swap(&stream, &fresh.stream)
        stateMachine = fresh.stateMachine
        server = fresh.server
    }

    /// Sends a request and waits for its reply; keeps events that arrive first.
    func answer(to call: Request.Call) throws(TaskstatsError) -> Answer {
        guard let answer = try answer(to: call, interruptedBy: nil) else {
            preconditionFailure("a request was interrupted without a descriptor")
        }
        return answer
    }

    /// Sends a request and waits for its reply; returns nil if the descriptor became readable first.
    func answer(
        to call: Request.Call, interruptedBy descriptor: Int32?
    ) throws(TaskstatsError) -> Answer? {
        let deadline = timeout.map(SuspendingClock.now.advanced(by:))
        var write = try write(asking: call)
        while try !sendNow(&write) {
            switch try stream.wait(for: .writable, until: deadline, interruptedBy: descriptor) {
            case .ready: continue
            case .late: throw abandoned(write)
            case .interrupted:
                _ = abandoned(write)
                return nil
            }
        }
        while true {
            if let answer = try receivedAnswer() { return answer }
            switch try stream.wait(for: .readable, until: deadline, interruptedBy: descriptor) {
            case .ready: _ = try receiveNow()
            case .late: throw .timedOut
            case .interrupted: return nil
            }
        }
    }

    /// Sends a request and decodes its reply.
    func ask<Result>(_ request: TypedRequest<Result>) throws(TaskstatsError) -> Result {
        try read(answer(to: request.call), to: request)
    }
}

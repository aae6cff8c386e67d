import Synchronization
import TaskstatsProtocol

/// A client of taskstatsd for programs that use Swift's concurrency.
///
/// ```swift
/// let client = try await TaskstatsClient.connect()
/// let shell = try await client.stats(ofProcess: getppid())
/// print(shell.blkioDelayTotal ?? .zero, "waiting for disks")
///
/// for try await event in client.exits(scope: .process) {
///     if case .exit(let record) = event { print(record.pid, record.task.command ?? "?") }
/// }
/// ```
///
/// Any number of tasks may use it at once. Requests share one connection, on which they are asked one after the other;
/// each ``Exits`` sequence has a connection of its own, so that a slow reader of one holds up nothing else. No call
/// blocks a thread of the concurrency pool.
///
/// Requests throw ``TaskstatsError``, and `CancellationError` when their task is cancelled, which ends them at once and
/// leaves the client as it was.
///
/// The module has the name of this type, so other names cannot be qualified with it: write `ExitRecord`, not
/// `TaskstatsClient.ExitRecord`, and where the program has a type of that name itself, `TaskstatsModel.ExitRecord`.
public actor TaskstatsClient {
    /// The socket of the daemon.
    public nonisolated let path: String
    /// How long a request may take, reconnecting included, before it throws ``TaskstatsError/Code/timedOut``.
    public nonisolated let timeout: Duration?
    /// What happens when the daemon goes away.
    public nonisolated let reconnection: Reconnection

    private nonisolated let latestServer: Mutex<ServerInfo>
    private nonisolated let turn = Turn()
    /// Nil once the client is closed.
    private var connection: TaskstatsConnection?

    private init(_ connection: sending TaskstatsConnection, path: String, reconnection: Reconnection) {
        self.path = path
        timeout = connection.timeout
        self.reconnection = reconnection
        latestServer = Mutex(connection.server)
        self.connection = connection
    }

    /// Connects and waits for the daemon's greeting, once, whatever `reconnection` says for later.
    public static func connect(
        path: String = TaskstatsConnection.defaultPath, timeout: Duration? = TaskstatsConnection.defaultTimeout,
        reconnection: Reconnection = .never
    ) async throws -> TaskstatsClient {
        let deadline = timeout.map(SuspendingClock.now.advanced(by:))
        let connection = try await TaskstatsConnection.open(path: path, timeout: timeout, before: deadline)
        return TaskstatsClient(connection, path: path, reconnection: reconnection)
    }

    /// What the daemon said of itself and of this program when the requests' connection was made, or made anew.
    public nonisolated var server: ServerInfo { latestServer.withLock { $0 } }

    /// What the kernel has counted so far for one task, by its thread id.
    ///
    /// Members that are not in `fields`, or that this kernel does not count, are absent.
    public func stats(ofTask pid: some BinaryInteger & Sendable, fields: FieldSet = .all) async throws -> TaskRecord {
        try await ask(.stats(ofTask: pid, fields: fields))
    }

    /// What the kernel has counted so far for all tasks of a process together, by its process id.
    public func stats(
        ofProcess tgid: some BinaryInteger & Sendable, fields: FieldSet = .all
    ) async throws -> TaskRecord {
        try await ask(.stats(ofProcess: tgid, fields: fields))
    }

    /// How many tasks of a cgroup are in which state, by the absolute path of its version 1 directory.
    public func stats(ofCgroup path: String) async throws -> CgroupStats {
        try await ask(.stats(ofCgroup: path))
    }

    /// The counters of the requests' connection and, with access to everything, of the daemon.
    public func status() async throws -> DaemonStatus { try await ask(.status) }

    /// Closes the requests' connection; whoever waits for an answer, or asks for one later, gets an error.
    ///
    /// Letting go of the client closes it too. Sequences of exits end on their own.
    public func close() {
        connection?.stream.shutDown()
        connection = nil
    }

    private func ask<Result>(_ question: Question<Result>) async throws -> Result {
        let deadline = timeout.map(SuspendingClock.now.advanced(by:))
        try await turn.take(before: deadline)
        defer { turn.release() }
        var attempts = 0
        while true {
            guard let connection else { throw TaskstatsError.closed }
            do {
                return try await connection.ask(question, before: deadline)
            } catch let error as TaskstatsError where connection.conversation.end != nil {
                // Requests change nothing, so that one whose answer is not known can be asked again.
                try await reconnect(after: error, &attempts, before: deadline)
            }
        }
    }

    /// Tries until there is another connection, or throws why there is none.
    private func reconnect(
        after failure: TaskstatsError, _ attempts: inout Int, before deadline: SuspendingClock.Instant?
    ) async throws {
        var failure = failure
        while connection != nil {
            attempts += 1
            guard let delay = reconnection.delay(beforeAttempt: attempts, after: failure) else { throw failure }
            let attempt = SuspendingClock.now + delay
            if let deadline, deadline <= attempt { throw failure }
            try await Task.sleep(until: attempt, clock: .suspending)
            do {
                let fresh = try await TaskstatsConnection.open(path: path, timeout: timeout, before: deadline)
                guard connection != nil else { return }
                latestServer.withLock { $0 = fresh.server }
                return connection = fresh
            } catch let error as TaskstatsError {
                failure = error
            }
        }
    }
}

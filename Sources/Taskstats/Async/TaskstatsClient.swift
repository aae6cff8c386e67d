import Synchronization
import TaskstatsProtocol

/// A client of taskstatsd for programs that use Swift concurrency.
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
/// Any number of tasks can use it at the same time. Requests share one connection and run one after another; each
/// ``Exits`` sequence has its own connection, so that a slow reader delays nothing else. No call blocks a thread of the
/// concurrency pool.
///
/// Requests throw ``TaskstatsError``. A request whose task is cancelled ends immediately with `CancellationError`, and
/// the client stays usable.
///
/// The module and this type have the same name, so the name cannot qualify other types: write `ExitRecord`, not
/// `TaskstatsClient.ExitRecord`. If the program has a type of that name itself, write `TaskstatsModel.ExitRecord`.
public actor TaskstatsClient {
    /// The path of the daemon's socket.
    public nonisolated let path: String
    /// The time limit of a request, including reconnection; after it the request throws
    /// ``TaskstatsError/Code/timedOut``.
    public nonisolated let timeout: Duration?
    /// The reaction to a lost connection.
    public nonisolated let reconnection: Reconnection

    private nonisolated let latestServer: Mutex<ServerInfo>
    private nonisolated let lock = AsyncFIFOLock()
    /// Nil after the client is closed.
    private var connection: TaskstatsConnection?

    private init(_ connection: sending TaskstatsConnection, path: String, reconnection: Reconnection) {
        self.path = path
        timeout = connection.timeout
        self.reconnection = reconnection
        latestServer = Mutex(connection.server)
        self.connection = connection
    }

    /// Connects and waits for the daemon's handshake.
    ///
    /// It makes one attempt: `reconnection` applies only later. While the daemon's backlog is full, it waits in line
    /// within the timeout.
    public static func connect(
        path: String = TaskstatsConnection.defaultPath, timeout: Duration? = TaskstatsConnection.defaultTimeout,
        reconnection: Reconnection = .never
    ) async throws -> TaskstatsClient {
        let deadline = timeout.map(SuspendingClock.now.advanced(by:))
        let connection = try await TaskstatsConnection.open(path: path, timeout: timeout, before: deadline)
        return TaskstatsClient(connection, path: path, reconnection: reconnection)
    }

    /// The daemon's latest handshake on the request connection.
    public nonisolated var server: ServerInfo { latestServer.withLock { $0 } }

    /// Returns the counters of one task so far, by thread id.
    ///
    /// Fields that are not in `fields`, or that this kernel does not count, are absent.
    public func stats(ofTask pid: some BinaryInteger & Sendable, fields: FieldSet = .all) async throws -> TaskRecord {
        try await ask(.stats(ofTask: pid, fields: fields))
    }

    /// Returns the counters of a process so far, summed over its tasks, by process id.
    public func stats(
        ofProcess tgid: some BinaryInteger & Sendable, fields: FieldSet = .all
    ) async throws -> TaskRecord {
        try await ask(.stats(ofProcess: tgid, fields: fields))
    }

    /// Returns the number of tasks of a cgroup in each state, by the absolute path of its version 1 directory.
    public func stats(ofCgroup path: String) async throws -> CgroupStats {
        try await ask(.stats(ofCgroup: path))
    }

    /// Returns the counters of the request connection and, with access to every process, of the daemon.
    public func status() async throws -> DaemonStatus { try await ask(.status) }

    /// Closes the request connection; pending and later requests throw an error.
    ///
    /// Releasing the client closes it too. Exit sequences are not affected.
    public func close() {
        connection?.stream.shutDown()
        connection = nil
    }

    private func ask<Result>(_ request: TypedRequest<Result>) async throws -> Result {
        let deadline = timeout.map(SuspendingClock.now.advanced(by:))
        try await lock.take(before: deadline)
        defer { lock.release() }
        var attempts = 0
        while true {
            guard let connection else { throw TaskstatsError.closed }
            do {
                return try await connection.ask(request, before: deadline)
            } catch let error as TaskstatsError where connection.stateMachine.end != nil {
                // Requests have no side effects, so a request without a known reply can be repeated.
                try await reconnect(after: error, &attempts, before: deadline)
            }
        }
    }

    /// Reconnects, or throws the reason why it cannot.
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

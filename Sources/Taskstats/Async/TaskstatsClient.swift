public import Logging
import Synchronization
import TaskstatsProtocol

/// A client of taskstatsd for programs that use Swift concurrency.
///
/// ```swift
/// let client = try await TaskstatsClient.connect()
/// let shell = try await client.stats(ofProcess: getppid())
/// print(shell.blockIOWait ?? .zero, "waiting for disks")
///
/// for try await event in client.exits(scope: .process) {
///     if case .exit(let record) = event { print(record.pid, record.task.command ?? "?") }
/// }
/// ```
///
/// Any number of tasks can use it at the same time. Their requests share one connection and are answered independently
/// of each other; each ``Exits`` sequence has its own connection, so that a slow reader delays nothing else. No call
/// blocks a thread of the concurrency pool.
///
/// Requests throw ``TaskstatsError``. A request whose task is cancelled ends immediately with `CancellationError`, even
/// when it was sent only in part, and the client stays usable.
public actor TaskstatsClient {
    /// The path of the daemon's socket.
    public nonisolated let path: String
    /// The time limit of a request, including reconnection; after it the request throws
    /// ``TaskstatsError/Code/timedOut``.
    public nonisolated let timeout: Duration?
    /// The reaction to a lost connection.
    public nonisolated let reconnection: Reconnection
    nonisolated let logger: Logger?

    private nonisolated let latestServer: Mutex<ServerInfo>
    private nonisolated let reconnecting = AsyncFIFOLock()
    /// Nil after the client is closed.
    private var requests: RequestMultiplexer?

    private init(
        _ connection: sending TaskstatsConnection, path: String, reconnection: Reconnection, logger: Logger?
    ) {
        self.path = path
        timeout = connection.timeout
        self.reconnection = reconnection
        self.logger = logger
        latestServer = Mutex(connection.server)
        requests = RequestMultiplexer(connection)
    }

    /// Connects and waits for the daemon's handshake.
    ///
    /// It makes one attempt: `reconnection` applies only later. While the daemon's backlog is full, it waits in line
    /// within the timeout. Lost and restored connections are logged to `logger`, if there is one.
    public static func connect(
        path: String = TaskstatsConnection.defaultPath, timeout: Duration? = TaskstatsConnection.defaultTimeout,
        reconnection: Reconnection = .never, logger: Logger? = nil
    ) async throws -> TaskstatsClient {
        let deadline = timeout.map(SuspendingClock.now.advanced(by:))
        let connection = try await TaskstatsConnection.open(path: path, timeout: timeout, before: deadline)
        return TaskstatsClient(connection, path: path, reconnection: reconnection, logger: logger)
    }

    /// Connects, passes the client to `body`, and closes it when `body` returns or throws.
    public static func withClient<Result: Sendable>(
        path: String = TaskstatsConnection.defaultPath, timeout: Duration? = TaskstatsConnection.defaultTimeout,
        reconnection: Reconnection = .never, logger: Logger? = nil,
        _ body: @Sendable (TaskstatsClient) async throws -> Result
    ) async throws -> Result {
        let client = try await connect(path: path, timeout: timeout, reconnection: reconnection, logger: logger)
        do {
            let result = try await body(client)
            await client.close()
            return result
        } catch {
            await client.close()
            throw error
        }
    }

    /// The daemon's latest handshake on the request connection.
    public nonisolated var server: ServerInfo { latestServer.withLock { $0 } }

    /// Closes the request connection; pending and later requests throw an error.
    ///
    /// Releasing the client closes it too. Exit sequences are not affected.
    public func close() {
        requests?.connection.stream.shutDown()
        requests = nil
    }
}

extension TaskstatsClient {
    /// Sends a request and suspends until its reply.
    func ask<Result>(_ request: TypedRequest<Result>) async throws -> Result {
        try await ask([request])[0].get()
    }

    /// Sends requests, and suspends until all replies have arrived.
    func ask<Value>(_ requests: [TypedRequest<Value>]) async throws -> [Result<Value, TaskstatsError>] {
        guard !requests.isEmpty else { return [] }
        let deadline = timeout.map(SuspendingClock.now.advanced(by:))
        var attempts = 0
        while true {
            try Task.checkCancellation()
            guard let multiplexer = self.requests else { throw TaskstatsError.closed }
            do {
                return try await results(of: requests, on: multiplexer, before: deadline)
            } catch let error as TaskstatsError where multiplexer.hasEnded {
                // Requests have no side effects, so a request without a known reply can be repeated.
                try await replace(multiplexer, after: error, &attempts, before: deadline)
            }
        }
    }

    private func results<Value>(
        of requests: [TypedRequest<Value>], on multiplexer: RequestMultiplexer,
        before deadline: SuspendingClock.Instant?
    ) async throws -> [Result<Value, TaskstatsError>] {
        let (batch, needsPump) = try multiplexer.send(requests.map(\.call))
        if needsPump { Task { await self.pump(multiplexer) } }
        let answers = try await multiplexer.answers(of: batch, timeout: timeout, before: deadline)
        return try zip(requests, answers).map { request, answer in
            switch answer {
            case .success(let answer): .success(try multiplexer.connection.read(answer, to: request))
            case .failure(let error): .failure(error)
            }
        }
    }

    /// Whether requests were not sent, or not completely.
    var hasUnsentRequests: Bool { requests?.hasUnsent ?? false }

    private func pump(_ multiplexer: RequestMultiplexer) async { await multiplexer.pump() }

    /// Replaces an ended connection, unless another request has done so, or throws the reason why it cannot.
    private func replace(
        _ ended: RequestMultiplexer, after failure: TaskstatsError, _ attempts: inout Int,
        before deadline: SuspendingClock.Instant?
    ) async throws {
        try await reconnecting.take(before: deadline)
        defer { reconnecting.release() }
        var failure = failure
        while requests === ended {
            attempts += 1
            guard let delay = reconnection.delay(beforeAttempt: attempts, after: failure) else { throw failure }
            logger?.info("reconnecting to taskstatsd in \(delay): \(failure.message)")
            let attempt = SuspendingClock.now + delay
            if let deadline, deadline <= attempt { throw failure }
            try await Task.sleep(until: attempt, clock: .suspending)
            do {
                let fresh = try await TaskstatsConnection.open(path: path, timeout: timeout, before: deadline)
                guard requests === ended else { return }
                latestServer.withLock { $0 = fresh.server }
                requests = RequestMultiplexer(fresh)
                logger?.info("reconnected to taskstatsd")
            } catch let error as TaskstatsError {
                failure = error
            }
        }
    }
}

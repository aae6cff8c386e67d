import Glibc
import LinuxSystem
import Synchronization

/// A wait, on its own thread, for a place in the full backlog of a listener.
///
/// The kernel reports no event when a backlog has room again. The only way to wait for it is a blocking connect, which
/// keeps its place in the queue; repeated attempts could fail for as long as others wait. The thread exists only while
/// the backlog is full. Cancellation ends the wait immediately; the thread ends when its connect returns, and closes
/// the socket.
final class QueuedConnect: Sendable {
    private enum Outcome: ~Copyable {
        case connected(Descriptor)
        case failed(SystemError)
    }

    /// The interval at which a connect without a deadline checks whether it is still needed.
    private static let longestWait = Duration.seconds(10)

    private let outcome = Mutex<Outcome?>(nil)
    private let isAbandoned = Atomic(false)
    private let wait = CancellableWaiter()

    /// Starts the wait.
    static func start(
        to path: String, before deadline: SuspendingClock.Instant?
    ) throws(SystemError) -> QueuedConnect {
        let attempt = QueuedConnect()
        try WorkerThread(attempt) { $0.run(path, deadline) }.detach()
        return attempt
    }

    /// Suspends until the socket is connected.
    nonisolated(nonsending) func socket(before deadline: SuspendingClock.Instant?) async throws -> Descriptor {
        defer { isAbandoned.store(true, ordering: .relaxed) }
        try await wait.ended(before: deadline).get()
        switch outcome.withLock({ $0.take() }) {
        case .connected(let socket): return socket
        case .failed(let error): throw error
        case nil: preconditionFailure("a connect ended without an outcome")
        }
    }

    private func run(_ path: String, _ deadline: SuspendingClock.Instant?) {
        var result: Outcome? = connect(path, deadline)
        outcome.withLock { $0 = result.take() }
        wait.end(.done)
    }

    private func connect(_ path: String, _ deadline: SuspendingClock.Instant?) -> Outcome {
        while true {
            do throws(SystemError) {
                let limit = deadline.map(SuspendingClock.now.duration(to:)) ?? Self.longestWait
                return .connected(try UnixSocket.connect(to: path, within: limit))
            } catch {
                let mayGoOn = deadline == nil && !isAbandoned.load(ordering: .relaxed)
                guard error.errno == EAGAIN, mayGoOn else { return .failed(error) }
            }
        }
    }
}

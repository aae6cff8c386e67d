import LinuxSystem
import Synchronization

/// A thread for blocking work, because the tests' thread pool is too small for that.
///
/// It is detached if no caller waits for it.
package final class BackgroundThread: Sendable {
    private let thread: WorkerThread
    private let state = State()

    private final class State: Sendable {
        let hasEnded = Atomic(false)
    }

    private let isJoined = Atomic(false)

    /// Starts a thread.
    package init(_ body: @escaping @Sendable () -> Void) throws(SystemError) {
        let state = state
        thread = try WorkerThread(()) { _ in
            body()
            state.hasEnded.store(true, ordering: .releasing)
        }
    }

    deinit {
        if !isJoined.load(ordering: .relaxed) { thread.detach() }
    }

    /// Waits for its end; must be called once at most.
    package func join(within limit: Duration = Deadline.usualLimit) throws {
        try wait(for: "the end of a thread", within: limit) { state.hasEnded.load(ordering: .acquiring) }
        if !isJoined.exchange(true, ordering: .relaxed) { thread.join() }
    }
}

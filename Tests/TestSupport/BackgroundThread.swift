import LinuxSystem
import Synchronization

/// A thread for blocking work, because the tests' thread pool is too small for that.
///
/// It is detached if no caller waits for it.
package final class BackgroundThread: Sendable {
    private let thread: WorkerThread
    private let isJoined = Atomic(false)

    /// Starts a thread.
    package init(_ body: @escaping @Sendable () -> Void) throws(SystemError) {
        thread = try WorkerThread(()) { _ in body() }
    }

    deinit {
        if !isJoined.load(ordering: .relaxed) { thread.detach() }
    }

    /// Waits for its end; must be called once at most.
    package func join() {
        if !isJoined.exchange(true, ordering: .relaxed) { thread.join() }
    }
}

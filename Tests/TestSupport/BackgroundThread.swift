import LinuxSystem
import Synchronization

/// A thread for what blocks: the pool that tests run on has too few for that.
///
/// It is let go of when nobody waits for it.
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

    /// Waits for its end, once.
    package func join() {
        if !isJoined.exchange(true, ordering: .relaxed) { thread.join() }
    }
}

import Glibc
import LinuxSystem
import Synchronization

/// A thread for what blocks: the pool that tests run on has too few for that.
package final class BackgroundThread: Sendable {
    private final class Start: Sendable {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    private let thread: pthread_t
    private let isJoined = Atomic(false)

    /// Starts a thread.
    package init(_ body: @escaping @Sendable () -> Void) throws(SystemError) {
        var thread = pthread_t()
        let start = unsafe Unmanaged.passRetained(Start(body))
        let error = unsafe pthread_create(
            &thread, nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().body()
                return nil
            }, start.toOpaque())
        guard error == 0 else { throw SystemError("pthread_create", errno: error) }
        self.thread = thread
    }

    deinit {
        if !isJoined.load(ordering: .relaxed) { pthread_detach(thread) }
    }

    /// Waits for its end, once.
    package func join() {
        if !isJoined.exchange(true, ordering: .relaxed) { pthread_join(thread, nil) }
    }
}

import Glibc
import LinuxSystem
import Synchronization
import TestSupport

/// A thread whose system calls are interrupted by a signal again and again.
final class InterruptedThread: Sendable {
    private final class State: Sendable {
        let id = Mutex<pthread_t?>(nil)
        let hasEnded = Atomic(false)
    }

    private let state = State()
    private let thread: BackgroundThread
    private let signal: Int32

    init(by signal: Int32, _ body: @escaping @Sendable () -> Void) throws(SystemError) {
        let state = state
        self.signal = signal
        thread = try BackgroundThread {
            var mask = sigset_t()
            unsafe sigemptyset(&mask)
            unsafe sigaddset(&mask, signal)
            unsafe pthread_sigmask(SIG_UNBLOCK, &mask, nil)
            state.id.withLock { $0 = pthread_self() }
            body()
            state.hasEnded.store(true, ordering: .relaxed)
        }
    }

    /// Interrupts it at this pace until it has ended, or for so long, and waits for its end.
    func interrupt(every pace: Duration, atMost limit: Duration) throws {
        let end = SuspendingClock.now.advanced(by: limit)
        while SuspendingClock.now < end, !state.hasEnded.load(ordering: .relaxed) {
            // Its number is good until it is joined.
            if let id = state.id.withLock({ $0 }) { _ = pthread_kill(id, signal) }
            usleep(UInt32(pace / .microseconds(1)))
        }
        try thread.join()
    }
}

import Glibc

/// A thread that does one thing, with something that belongs to it alone.
package struct WorkerThread: Sendable {
    /// What the thread is given; a function for C can know nothing of a type that is still open.
    private class Start {
        func run() {}
    }

    private final class StartOf<Work: ~Copyable>: Start {
        private var work: Work?
        private let body: (inout Work) -> Void

        init(_ work: consuming Work, _ body: @escaping (inout Work) -> Void) {
            self.work = consume work
            self.body = body
        }

        override func run() {
            if var work = work.take() { body(&work) }
        }
    }

    private let thread: pthread_t

    /// Signals of a crash, which a thread must not hold back: whoever handles them would not be called.
    private static let crashes = [SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGSYS]

    /// Starts it with what will be its own.
    package init<Work: ~Copyable>(
        _ work: consuming sending Work, _ body: @escaping @Sendable (inout Work) -> Void
    ) throws(SystemError) {
        // Other signals are for the thread that waits for them.
        var (held, previous) = (sigset_t(), sigset_t())
        unsafe sigfillset(&held)
        for signal in Self.crashes { unsafe sigdelset(&held, signal) }
        unsafe pthread_sigmask(SIG_SETMASK, &held, &previous)
        defer { unsafe pthread_sigmask(SIG_SETMASK, &previous, nil) }
        var thread = pthread_t()
        let start = unsafe Unmanaged<Start>.passRetained(StartOf(work, body))
        let error = unsafe pthread_create(
            &thread, nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, start.toOpaque())
        guard error == 0 else {
            unsafe start.release()
            throw SystemError("pthread_create", errno: error)
        }
        self.thread = thread
    }

    /// Waits for its end, once.
    package func join() { pthread_join(thread, nil) }

    /// Lets go of it: nobody waits for its end.
    package func detach() { pthread_detach(thread) }
}

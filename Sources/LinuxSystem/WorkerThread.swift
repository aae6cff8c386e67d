import Glibc

/// A thread that performs one function with a value that it owns.
package struct WorkerThread: Sendable {
    /// The thread's work without its type parameter, because a C function cannot be generic.
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

    /// Crash signals, which a thread must not block, as their handlers would not be called.
    private static let crashes = [SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGSYS]

    /// Starts a thread with its work; reserves a stack of the default size unless another size is given.
    package init<Work: ~Copyable>(
        _ work: consuming sending Work, stackBytes: Int? = nil, _ body: @escaping @Sendable (inout Work) -> Void
    ) throws(SystemError) {
        // Other signals, and crash signals that the caller has blocked, are left to the thread that waits for them.
        var (held, previous) = (sigset_t(), sigset_t())
        unsafe sigfillset(&held)
        unsafe pthread_sigmask(SIG_BLOCK, nil, &previous)
        for signal in Self.crashes where unsafe sigismember(&previous, signal) == 0 { unsafe sigdelset(&held, signal) }
        unsafe pthread_sigmask(SIG_SETMASK, &held, nil)
        defer { unsafe pthread_sigmask(SIG_SETMASK, &previous, nil) }
        var attributes = pthread_attr_t()
        unsafe pthread_attr_init(&attributes)
        defer { unsafe pthread_attr_destroy(&attributes) }
        if let stackBytes { unsafe pthread_attr_setstacksize(&attributes, stackBytes) }
        var thread = pthread_t()
        let start = unsafe Unmanaged<Start>.passRetained(StartOf(work, body))
        let error = unsafe pthread_create(
            &thread, &attributes,
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

    /// Waits for the thread to end; must be called once at most.
    package func join() { pthread_join(thread, nil) }

    /// Detaches the thread, which then cannot be joined.
    package func detach() { pthread_detach(thread) }
}

import CLinux
import Glibc
import LinuxSystem

/// Signals that explicit calls receive one by one, instead of interrupting.
struct SignalQueue: ~Copyable {
    private let signals: Descriptor
    /// The signal mask to restore at the end.
    let previousMask: sigset_t

    /// Blocks the signals.
    static func begin(_ wanted: [Int32]) throws(Failure) -> SignalQueue {
        var mask = sigset_t()
        var previous = sigset_t()
        unsafe sigemptyset(&mask)
        for signal in wanted { unsafe sigaddset(&mask, signal) }
        do throws(SystemError) {
            // The parent may have left it ignored, in which case children vanish without a status.
            if wanted.contains(SIGCHLD) { _ = signal(SIGCHLD, SIG_DFL) }
            let flags = Int32(SFD_CLOEXEC) | Int32(SFD_NONBLOCK)
            let signals = try unsafe Descriptor(signalfd(-1, &mask, flags), of: "signalfd")
            unsafe pthread_sigmask(SIG_BLOCK, &mask, &previous)
            return SignalQueue(signals: signals, previousMask: previous)
        } catch {
            throw Failure("cannot watch for signals: \(error)")
        }
    }

    private init(signals: consuming Descriptor, previousMask: sigset_t) {
        self.signals = signals
        self.previousMask = previousMask
    }

    /// The descriptor that becomes readable when a signal has arrived.
    var descriptor: Int32 { signals.number }

    /// Takes a signal that has arrived.
    func next() -> Int32? {
        var information = signalfd_siginfo()
        let size = MemoryLayout<signalfd_siginfo>.size
        let count = unsafe withUnsafeMutableBytes(of: &information) {
            unsafe read(signals.number, $0.baseAddress, size)
        }
        return count == size ? Int32(information.ssi_signo) : nil
    }

    /// Waits until a signal has arrived.
    func wait() {
        var descriptor = pollfd(fd: signals.number, events: Int16(POLLIN), revents: 0)
        _ = unsafe poll(&descriptor, 1, -1)
    }

    /// Restores the original effect of signals.
    consuming func end() {
        var mask = previousMask
        unsafe pthread_sigmask(SIG_SETMASK, &mask, nil)
    }
}

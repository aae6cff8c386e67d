import CLinux
import Glibc
import LinuxSystem

/// Signals that are taken one by one where they are asked for, instead of interrupting.
struct SignalQueue: ~Copyable {
    private let signals: Descriptor
    /// What was held back before, and is again once this has ended.
    let previousMask: sigset_t

    /// Starts to hold the signals back.
    static func begin(_ wanted: [Int32]) throws(Failure) -> SignalQueue {
        var mask = sigset_t()
        var previous = sigset_t()
        unsafe sigemptyset(&mask)
        for signal in wanted { unsafe sigaddset(&mask, signal) }
        do throws(SystemError) {
            // Whoever started tsctl may have left it ignored, and then children vanish without a word.
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

    /// What becomes readable when a signal has come.
    var descriptor: Int32 { signals.number }

    /// Takes a signal that has come.
    func next() -> Int32? {
        var information = signalfd_siginfo()
        let size = MemoryLayout<signalfd_siginfo>.size
        let count = unsafe withUnsafeMutableBytes(of: &information) {
            unsafe read(signals.number, $0.baseAddress, size)
        }
        return count == size ? Int32(information.ssi_signo) : nil
    }

    /// Waits until a signal has come.
    func wait() {
        var descriptor = pollfd(fd: signals.number, events: Int16(POLLIN), revents: 0)
        _ = unsafe poll(&descriptor, 1, -1)
    }

    /// Lets signals do again what they did before.
    consuming func end() {
        var mask = previousMask
        unsafe pthread_sigmask(SIG_SETMASK, &mask, nil)
    }
}

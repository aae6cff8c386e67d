import CLinux
import Glibc

/// Signals that explicit calls receive one by one from a signalfd, instead of interrupting.
///
/// They are blocked in the thread that creates the queue, and in every thread that it starts afterwards, until the
/// queue ends.
package struct SignalQueue: ~Copyable {
    private let signals: Descriptor
    /// The signal mask from before, with which programs are started.
    package let previousMask: sigset_t

    /// Blocks the signals.
    package init(_ numbers: [Int32]) throws(SystemError) {
        // The parent may have left it ignored, in which case children vanish without a status.
        if numbers.contains(SIGCHLD) { _ = signal(SIGCHLD, SIG_DFL) }
        var previous = sigset_t()
        unsafe pthread_sigmask(SIG_BLOCK, nil, &previous)
        let descriptor = try unsafe Descriptor(clinux_signal_descriptor(numbers, numbers.count), of: "signalfd")
        guard unsafe clinux_block_signals(numbers, numbers.count) == 0 else { throw .last("sigprocmask") }
        signals = descriptor
        previousMask = previous
    }

    /// The descriptor that is readable while a signal is pending.
    package var descriptor: Int32 { signals.number }

    /// Takes a pending signal; nil when there is none.
    package func next() -> Int32? {
        var information = signalfd_siginfo()
        do throws(SystemError) {
            let count = try unsafe withUnsafeMutableBytes(of: &information) { (buffer) throws(SystemError) in
                try unsafe signals.read(into: buffer)
            }
            return count.map { _ in Int32(information.ssi_signo) }
        } catch {
            preconditionFailure("a signalfd can be read: \(error)")
        }
    }

    /// Waits until a signal is pending.
    package func wait() {
        var descriptor = pollfd(fd: signals.number, events: Int16(POLLIN), revents: 0)
        _ = unsafe poll(&descriptor, 1, -1)
    }

    /// Restores the original effect of signals.
    package consuming func end() {
        var mask = previousMask
        unsafe pthread_sigmask(SIG_SETMASK, &mask, nil)
    }
}

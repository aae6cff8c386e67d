import CLinux
import Glibc
import LinuxSystem

/// SIGTERM and SIGINT as something to read, so that they interrupt nothing; SIGPIPE is ignored.
struct SignalSource: ~Copyable {
    let descriptor: Descriptor

    init() throws(SystemError) {
        _ = signal(SIGPIPE, SIG_IGN)
        var signals = sigset_t()
        _ = unsafe sigemptyset(&signals)
        _ = unsafe sigaddset(&signals, SIGTERM)
        _ = unsafe sigaddset(&signals, SIGINT)
        guard unsafe sigprocmask(SIG_BLOCK, &signals, nil) == 0 else { throw .last("sigprocmask") }
        let flags = Int32(SFD_CLOEXEC) | Int32(SFD_NONBLOCK)
        descriptor = try unsafe Descriptor(signalfd(-1, &signals, flags), of: "signalfd")
    }

    /// The name of the signal that came, or nil when there is none.
    func next() throws(SystemError) -> String? {
        var info = signalfd_siginfo()
        let count = try unsafe withUnsafeMutableBytes(of: &info) { (buffer) throws(SystemError) in
            try unsafe descriptor.read(into: buffer)
        }
        guard count != nil else { return nil }
        return info.ssi_signo == UInt32(SIGINT) ? "SIGINT" : "SIGTERM"
    }
}

import CLinux
import Glibc
import LinuxSystem

/// What ends a command that streams: SIGINT and SIGTERM, and the reader of standard output going away.
///
/// Both are looked at through one descriptor, which is readable from then on. The signals are held back only as long as
/// this lives: afterwards they end the process as they always do.
struct Interruption: ~Copyable {
    private let signals: Descriptor
    private let epoll: Descriptor
    private let previousMask: sigset_t

    /// Starts to hold the signals back.
    static func begin() throws(Failure) -> Interruption {
        do throws(SystemError) {
            return try open()
        } catch {
            throw Failure("cannot watch for signals: \(error)")
        }
    }

    private static func open() throws(SystemError) -> Interruption {
        var mask = sigset_t()
        var previous = sigset_t()
        unsafe sigemptyset(&mask)
        for signal in [SIGINT, SIGTERM] { unsafe sigaddset(&mask, signal) }
        let signals = try unsafe Descriptor(signalfd(-1, &mask, Int32(SFD_CLOEXEC)), of: "signalfd")
        let epoll = try Descriptor(epoll_create1(Int32(EPOLL_CLOEXEC)), of: "epoll_create1")
        guard clinux_epoll_control(epoll.number, EPOLL_CTL_ADD, signals.number, EPOLLIN.rawValue, 0) == 0 else {
            throw .last("epoll_ctl")
        }
        // Without any event asked for, errors and hang-ups are told; a file can have neither, and is refused.
        _ = clinux_epoll_control(epoll.number, EPOLL_CTL_ADD, STDOUT_FILENO, 0, 1)
        unsafe pthread_sigmask(SIG_BLOCK, &mask, &previous)
        return Interruption(signals: signals, epoll: epoll, previousMask: previous)
    }

    private init(signals: consuming Descriptor, epoll: consuming Descriptor, previousMask: sigset_t) {
        self.signals = signals
        self.epoll = epoll
        self.previousMask = previousMask
    }

    /// The descriptor that becomes readable.
    var descriptor: Int32 { epoll.number }

    /// Whether a signal has come; when not, the reader has gone.
    func isSignalled() -> Bool {
        var descriptor = pollfd(fd: signals.number, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&descriptor, 1, 0) > 0
    }

    /// Takes the signal that came and lets further ones end the process.
    consuming func end() {
        var information = signalfd_siginfo()
        if isSignalled() {
            let size = MemoryLayout<signalfd_siginfo>.size
            _ = unsafe withUnsafeMutableBytes(of: &information) { unsafe read(signals.number, $0.baseAddress, size) }
        }
        var mask = previousMask
        unsafe pthread_sigmask(SIG_SETMASK, &mask, nil)
    }
}

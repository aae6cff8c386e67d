import CLinux
import Glibc
import LinuxSystem

/// What ends a command that streams: SIGINT and SIGTERM, and the reader of standard output going away.
///
/// Both are looked at through one descriptor, which is readable from then on. The signals are held back only as long as
/// this lives: afterwards they end the process as they always do.
struct Interruption: ~Copyable {
    private let signals: SignalQueue
    private let epoll: Descriptor

    /// Starts to hold the signals back.
    static func begin() throws(Failure) -> Interruption {
        let signals = try SignalQueue.begin([SIGINT, SIGTERM])
        do throws(SystemError) {
            let epoll = try watch(signals)
            return Interruption(signals: signals, epoll: epoll)
        } catch {
            throw Failure("cannot watch for signals: \(error)")
        }
    }

    private static func watch(_ signals: borrowing SignalQueue) throws(SystemError) -> Descriptor {
        let epoll = try Descriptor(epoll_create1(Int32(EPOLL_CLOEXEC)), of: "epoll_create1")
        guard clinux_epoll_control(epoll.number, EPOLL_CTL_ADD, signals.descriptor, EPOLLIN.rawValue, 0) == 0 else {
            throw .last("epoll_ctl")
        }
        // Without any event asked for, errors and hang-ups are told; a file can have neither, and is refused.
        _ = clinux_epoll_control(epoll.number, EPOLL_CTL_ADD, STDOUT_FILENO, 0, 1)
        return epoll
    }

    private init(signals: consuming SignalQueue, epoll: consuming Descriptor) {
        self.signals = signals
        self.epoll = epoll
    }

    /// The descriptor that becomes readable.
    var descriptor: Int32 { epoll.number }

    /// Whether a signal has come; when not, the reader has gone.
    func isSignalled() -> Bool {
        var descriptor = pollfd(fd: signals.descriptor, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&descriptor, 1, 0) > 0
    }

    /// Takes the signal that came and lets further ones end the process.
    consuming func end() {
        _ = signals.next()
        signals.end()
    }
}

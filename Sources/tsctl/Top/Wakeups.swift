import CLinux
import Glibc
import LinuxSystem

/// What wakes top up: news of the daemon, signals that end it, other signals, a timer, keys, and the reader of standard
/// output going away.
///
/// All of it can be looked at through one descriptor.
struct Wakeups: ~Copyable {
    private let ending: SignalQueue
    private let others: SignalQueue
    private let epoll: Descriptor
    private let keys: Int32?

    /// Starts to hold the signals back; those about stopping and the size of the screen only where there is one.
    static func begin(keys: Int32?, news: Int32, hasScreen: Bool) throws(Failure) -> Wakeups {
        // Whom nohup keeps from ending with its terminal is not to end so.
        let ending = try SignalQueue.begin([SIGINT, SIGTERM] + (clinux_is_ignored(SIGHUP) ? [] : [SIGHUP]))
        let others = try SignalQueue.begin([SIGALRM] + (hasScreen ? [SIGWINCH, SIGTSTP, SIGCONT] : []))
        do throws(SystemError) {
            let epoll = try Descriptor(epoll_create1(Int32(EPOLL_CLOEXEC)), of: "epoll_create1")
            for descriptor in [ending.descriptor, others.descriptor, news] {
                try add(descriptor, EPOLLIN.rawValue, to: epoll)
            }
            if let keys { try add(keys, EPOLLIN.rawValue, to: epoll) }
            // Of standard output only that it is gone; a file is refused, and never goes.
            if keys != STDOUT_FILENO { try? add(STDOUT_FILENO, 0, to: epoll) }
            return Wakeups(ending: ending, others: others, epoll: epoll, keys: keys)
        } catch {
            throw Failure("cannot wait for signals: \(error)")
        }
    }

    private static func add(_ descriptor: Int32, _ events: UInt32, to epoll: borrowing Descriptor) throws(SystemError) {
        guard clinux_epoll_control(epoll.number, EPOLL_CTL_ADD, descriptor, events, 0) == 0 else {
            throw .last("epoll_ctl")
        }
    }

    private init(
        ending: consuming SignalQueue, others: consuming SignalQueue, epoll: consuming Descriptor, keys: Int32?
    ) {
        self.ending = ending
        self.others = others
        self.epoll = epoll
        self.keys = keys
    }

    /// What becomes readable with a signal that ends.
    var endingDescriptor: Int32 { ending.descriptor }

    /// Waits for any of them.
    func wait() {
        var descriptor = pollfd(fd: epoll.number, events: Int16(POLLIN), revents: 0)
        _ = unsafe poll(&descriptor, 1, -1)
    }

    /// Whether a signal has come that ends.
    var isEnding: Bool { Self.happened(ending.descriptor, Int16(POLLIN)) }

    /// Whether a key was pressed.
    var hasKeys: Bool { keys.map { Self.happened($0, Int16(POLLIN)) } ?? false }

    /// Whether nobody can read any more what is written.
    var isReaderGone: Bool { Self.happened(STDOUT_FILENO, 0) }

    /// Takes a signal that does not end.
    func nextSignal() -> Int32? { others.next() }

    /// Sends SIGALRM once, after so many milliseconds; never for 0.
    func setTimer(after milliseconds: Int) {
        let time = timeval(tv_sec: milliseconds / 1_000, tv_usec: milliseconds % 1_000 * 1_000)
        var timer = itimerval(it_interval: timeval(), it_value: time)
        unsafe setitimer(__itimer_which_t(ITIMER_REAL.rawValue), &timer, nil)
    }

    /// Lets SIGTSTP do what it does, and returns when the process is continued.
    func stop() {
        var mask = sigset_t()
        unsafe sigemptyset(&mask)
        unsafe sigaddset(&mask, SIGTSTP)
        unsafe pthread_sigmask(SIG_UNBLOCK, &mask, nil)
        raise(SIGTSTP)
        unsafe pthread_sigmask(SIG_BLOCK, &mask, nil)
    }

    /// Lets signals do again what they did before.
    consuming func end() {
        setTimer(after: 0)
        others.end()
        ending.end()
    }

    private static func happened(_ descriptor: Int32, _ events: Int16) -> Bool {
        var descriptor = pollfd(fd: descriptor, events: events, revents: 0)
        return unsafe poll(&descriptor, 1, 0) > 0
    }
}

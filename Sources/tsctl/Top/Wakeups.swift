import CLinux
import CommandSupport
import Glibc
import LinuxSystem

/// The events that top waits for: updates, ending and other signals, a timer, keys, and the loss of its reader.
///
/// One descriptor covers all of them.
struct Wakeups: ~Copyable {
    private let ending: SignalQueue
    private let others: SignalQueue
    private let epoll: Descriptor
    private let keys: Int32?

    /// Blocks the signals; those for job control and the size of the screen only if there is one.
    static func begin(keys: Int32?, updates: Int32, hasScreen: Bool) throws(Failure) -> Wakeups {
        do throws(SystemError) {
            let ending = try SignalQueue(SignalQueue.endings)
            let others = try SignalQueue([SIGALRM] + (hasScreen ? [SIGWINCH, SIGTSTP, SIGCONT] : []))
            let epoll = try Descriptor(epoll_create1(Int32(EPOLL_CLOEXEC)), of: "epoll_create1")
            for descriptor in [ending.descriptor, others.descriptor, updates] {
                try add(descriptor, EPOLLIN.rawValue, to: epoll)
            }
            if let keys { try add(keys, EPOLLIN.rawValue, to: epoll) }
            // For standard output, only its loss; a file is refused, and is never lost.
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

    /// The descriptor that becomes readable with a signal that ends top.
    var endingDescriptor: Int32 { ending.descriptor }

    /// Waits for any of these events.
    func wait() {
        var descriptor = pollfd(fd: epoll.number, events: Int16(POLLIN), revents: 0)
        _ = unsafe poll(&descriptor, 1, -1)
    }

    /// Whether a signal that ends top has arrived.
    var isEnding: Bool { Self.isReady(ending.descriptor, Int16(POLLIN)) }

    /// Whether a key was pressed.
    var hasKeys: Bool { keys.map { Self.isReady($0, Int16(POLLIN)) } ?? false }

    /// Whether the reader of standard output is gone.
    var isReaderGone: Bool { Self.isReady(STDOUT_FILENO, 0) }

    /// Takes a signal that does not end top.
    func nextSignal() -> Int32? { others.next() }

    /// Sends SIGALRM once, after this number of milliseconds; 0 cancels it.
    func setTimer(after milliseconds: Int) {
        let time = timeval(tv_sec: milliseconds / 1_000, tv_usec: milliseconds % 1_000 * 1_000)
        var timer = itimerval(it_interval: timeval(), it_value: time)
        unsafe setitimer(__itimer_which_t(ITIMER_REAL.rawValue), &timer, nil)
    }

    /// Stops the process by SIGTSTP, and returns when it is continued.
    func stop() {
        var mask = sigset_t()
        unsafe sigemptyset(&mask)
        unsafe sigaddset(&mask, SIGTSTP)
        unsafe pthread_sigmask(SIG_UNBLOCK, &mask, nil)
        raise(SIGTSTP)
        unsafe pthread_sigmask(SIG_BLOCK, &mask, nil)
    }

    /// Takes the signal that ends top, and restores the effect of further signals.
    consuming func end() {
        _ = ending.next()
        setTimer(after: 0)
        others.end()
        ending.end()
    }

    private static func isReady(_ descriptor: Int32, _ events: Int16) -> Bool {
        var descriptor = pollfd(fd: descriptor, events: events, revents: 0)
        return unsafe poll(&descriptor, 1, 0) > 0
    }
}

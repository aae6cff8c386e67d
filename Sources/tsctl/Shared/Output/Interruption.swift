import CLinux
import CommandSupport
import Glibc
import LinuxSystem
import Taskstats

/// The events that end a streaming command: signals, the end of its time, and the loss of the reader of standard
/// output.
///
/// One descriptor covers all of them and stays readable afterwards. A second descriptor is also readable every second,
/// for progress messages. The signals are blocked only as long as this value lives; afterwards they end the process as
/// usual.
struct Interruption: ~Copyable {
    /// The event that ended the command.
    enum Cause { case signal, time, readerGone }

    /// The time limits for the daemon's confirmation after a signal: Ctrl-C must end a command quickly.
    static let timeout = TaskstatsConnection.UnsubscribeLimits(waiting: .milliseconds(500), total: .seconds(2))
    /// The maximum number of records taken in that time: the daemon's queue holds no more by default.
    static let mostRecords = 65_536
    /// The time limits without a signal; a signal still ends the wait.
    static let timeoutWithoutSignal = TaskstatsConnection.UnsubscribeLimits(
        waiting: TaskstatsConnection.defaultTimeout, total: TaskstatsConnection.defaultTimeout)

    private let signals: SignalQueue
    private let timer: Descriptor?
    private let ticker: Descriptor?
    private let ending: Descriptor
    private let waking: Descriptor?

    /// Blocks the signals and starts the timers.
    static func begin(
        after limit: Duration? = nil, everySecond: Bool = false, watchingOutput: Bool = true
    ) throws(Failure) -> Interruption {
        do throws(SystemError) {
            let signals = try SignalQueue(SignalQueue.endings)
            return try Interruption(signals, after: limit, everySecond: everySecond, watchingOutput: watchingOutput)
        } catch {
            throw Failure("cannot watch for signals: \(error)")
        }
    }

    private init(
        _ signals: consuming SignalQueue, after limit: Duration?, everySecond: Bool, watchingOutput: Bool
    ) throws(SystemError) {
        let timer = try Self.timer(limit.map { max(1_000, $0.wholeMicroseconds * 1_000) }, again: 0)
        let second: UInt64 = 1_000_000_000
        let ticker = try Self.timer(everySecond ? second : nil, again: second)

        let ending = try Descriptor(epoll_create1(Int32(EPOLL_CLOEXEC)), of: "epoll_create1")
        try Self.watch(signals.descriptor, in: ending)
        if let timer = Self.number(timer) { try Self.watch(timer, in: ending) }
        // Without requested events, errors and hang-ups are still reported; a file supports neither and is refused.
        if watchingOutput { _ = clinux_epoll_control(ending.number, EPOLL_CTL_ADD, STDOUT_FILENO, 0, 1) }

        var waking: Descriptor?
        if let ticker = Self.number(ticker) {
            let both = try Descriptor(epoll_create1(Int32(EPOLL_CLOEXEC)), of: "epoll_create1")
            try Self.watch(ending.number, in: both)
            try Self.watch(ticker, in: both)
            waking = consume both
        }
        self.signals = signals
        self.timer = timer
        self.ticker = ticker
        self.ending = ending
        self.waking = waking
    }

    private static func timer(_ first: UInt64?, again: UInt64) throws(SystemError) -> Descriptor? {
        guard let first else { return nil }
        return try Descriptor(clinux_timer(first, again), of: "timerfd_create")
    }

    private static func watch(_ descriptor: Int32, in epoll: borrowing Descriptor) throws(SystemError) {
        guard clinux_epoll_control(epoll.number, EPOLL_CTL_ADD, descriptor, EPOLLIN.rawValue, 0) == 0 else {
            throw .last("epoll_ctl")
        }
    }

    private static func number(_ descriptor: borrowing Descriptor?) -> Int32? {
        switch descriptor {
        case .some(let descriptor): descriptor.number
        case .none: nil
        }
    }

    /// The descriptor that becomes readable when the command must end.
    var descriptor: Int32 { ending.number }

    /// The descriptor that becomes readable with a signal.
    var signalDescriptor: Int32 { signals.descriptor }

    /// The descriptor that also becomes readable every second.
    var wakeDescriptor: Int32 { Self.number(waking) ?? ending.number }

    /// Returns the event that ended the command; nil if there was none.
    func cause() -> Cause? {
        if Self.isReadable(signals.descriptor) { return .signal }
        if let timer = Self.number(timer), Self.isReadable(timer) { return .time }
        return Self.isReadable(ending.number) ? .readerGone : nil
    }

    /// Returns whether a second has passed since the last call.
    func takeTick() -> Bool {
        guard let ticker = Self.number(ticker) else { return false }
        var count: UInt64 = 0
        return unsafe read(ticker, &count, MemoryLayout<UInt64>.size) > 0
    }

    private static func isReadable(_ number: Int32) -> Bool {
        var descriptor = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&descriptor, 1, 0) > 0
    }

    /// Takes the signal, and lets further ones end the process.
    consuming func end() {
        _ = signals.next()
        signals.end()
    }
}

extension SignalQueue {
    /// The signals that end a command.
    static var endings: [Int32] {
        // A process that nohup protects must not end with its terminal.
        [SIGINT, SIGTERM] + (clinux_is_ignored(SIGHUP) ? [] : [SIGHUP])
    }
}

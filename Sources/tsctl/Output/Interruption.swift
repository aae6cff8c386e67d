import CLinux
import Glibc
import LinuxSystem

/// What ends a command that streams: signals, the end of its time, and the reader of standard output going away.
///
/// All are looked at through one descriptor, which is readable from then on. Another is readable as well whenever a
/// second has passed, for those who show how far they are. The signals are held back only as long as this lives:
/// afterwards they end the process as they always do.
struct Interruption: ~Copyable {
    /// What has ended it.
    enum Cause { case signal, time, readerGone }

    private let signals: SignalQueue
    private let timer: Descriptor?
    private let ticker: Descriptor?
    private let ending: Descriptor
    private let waking: Descriptor?

    /// Starts to hold the signals back, and to count the time.
    static func begin(
        after limit: TimeSpan? = nil, everySecond: Bool = false, watchingOutput: Bool = true
    ) throws(Failure) -> Interruption {
        // Whom nohup keeps from ending with its terminal is not to end so.
        let wanted = [SIGINT, SIGTERM] + (clinux_is_ignored(SIGHUP) ? [] : [SIGHUP])
        let signals = try SignalQueue.begin(wanted)
        do throws(SystemError) {
            return try Interruption(signals, after: limit, everySecond: everySecond, watchingOutput: watchingOutput)
        } catch {
            throw Failure("cannot watch for signals: \(error)")
        }
    }

    private init(
        _ signals: consuming SignalQueue, after limit: TimeSpan?, everySecond: Bool, watchingOutput: Bool
    ) throws(SystemError) {
        let nanoseconds = limit.map { $0.microseconds.multipliedReportingOverflow(by: 1_000) }
        let timer = try Self.timer(nanoseconds.map { $0.overflow ? .max : max(1, $0.partialValue) }, again: 0)
        let second: UInt64 = 1_000_000_000
        let ticker = try Self.timer(everySecond ? second : nil, again: second)

        let ending = try Descriptor(epoll_create1(Int32(EPOLL_CLOEXEC)), of: "epoll_create1")
        try Self.watch(signals.descriptor, in: ending)
        if let timer = Self.number(timer) { try Self.watch(timer, in: ending) }
        // Without any event asked for, errors and hang-ups are told; a file can have neither, and is refused.
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

    /// The descriptor that becomes readable when it is time to end.
    var descriptor: Int32 { ending.number }

    /// The descriptor that becomes readable then, and whenever a second has passed.
    var wakeDescriptor: Int32 { Self.number(waking) ?? ending.number }

    /// What has ended it; nil when nothing has.
    func cause() -> Cause? {
        if Self.isReadable(signals.descriptor) { return .signal }
        if let timer = Self.number(timer), Self.isReadable(timer) { return .time }
        return Self.isReadable(ending.number) ? .readerGone : nil
    }

    /// Whether a second has passed since it was last asked.
    func takeTick() -> Bool {
        guard let ticker = Self.number(ticker) else { return false }
        var count: UInt64 = 0
        return unsafe read(ticker, &count, MemoryLayout<UInt64>.size) > 0
    }

    private static func isReadable(_ number: Int32) -> Bool {
        var descriptor = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&descriptor, 1, 0) > 0
    }

    /// Takes the signal that came and lets further ones end the process.
    consuming func end() {
        _ = signals.next()
        signals.end()
    }
}

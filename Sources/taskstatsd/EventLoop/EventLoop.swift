import CLinux
import Glibc
import LinuxSystem

/// A source of events, encoded as a number that epoll returns.
enum EventSource: Equatable {
    /// The socket on which clients connect.
    case listener
    /// Termination signals.
    case signals
    /// The netlink socket of a CPU.
    case kernel(cpu: Int)
    /// A client's connection.
    case client(UInt64)
    /// The socket on which the kernel announces device changes.
    case kernelEvents
    /// Connections closed outside the loop.
    case closer
    /// Anything that is not a client's connection.
    case others
    /// Answers to queries during which the loop changed its thread.
    case lateAnswers
    /// Starts of programs.
    case starts

    private static let kindShift: UInt64 = 56

    init?(token: UInt64) {
        let value = token & (1 << Self.kindShift - 1)
        switch token >> Self.kindShift {
        case 0: self = .listener
        case 1: self = .signals
        case 2: self = .kernel(cpu: Int(value))
        case 3: self = .client(value)
        case 4: self = .kernelEvents
        case 5: self = .closer
        case 6: self = .others
        case 7: self = .lateAnswers
        case 8: self = .starts
        default: return nil
        }
    }

    var token: UInt64 {
        switch self {
        case .listener: 0
        case .signals: 1 << Self.kindShift
        case .kernel(let cpu): 2 << Self.kindShift | UInt64(cpu)
        case .client(let number): 3 << Self.kindShift | number
        case .kernelEvents: 4 << Self.kindShift
        case .closer: 5 << Self.kindShift
        case .others: 6 << Self.kindShift
        case .lateAnswers: 7 << Self.kindShift
        case .starts: 8 << Self.kindShift
        }
    }
}

/// Events on a descriptor.
struct EventFlags: OptionSet {
    let rawValue: UInt32

    static let readable = EventFlags(rawValue: EPOLLIN.rawValue)
    static let writable = EventFlags(rawValue: EPOLLOUT.rawValue)
    /// Both directions are shut down, or the descriptor has an error; always reported.
    static let gone = EventFlags(rawValue: EPOLLHUP.rawValue | EPOLLERR.rawValue)
    /// Report once, then not until the descriptor is watched again.
    static let once = EventFlags(rawValue: EPOLLONESHOT.rawValue)

    /// Whether the events are reported once; a connection with room to send is written until it has none.
    var isOneShot: Bool { contains(.writable) }
}

/// An epoll instance.
struct EventLoop: ~Copyable {
    private let epoll: Descriptor
    private var buffer = [clinux_event](repeating: clinux_event(), count: clinux_event_limit)

    init() throws(SystemError) {
        epoll = try Descriptor(epoll_create1(Int32(EPOLL_CLOEXEC)), of: "epoll_create1")
    }

    /// The epoll descriptor, which is readable when events are ready.
    var descriptor: Int32 { epoll.number }

    /// Starts watching a descriptor.
    func add(_ descriptor: Int32, _ source: EventSource, _ flags: EventFlags) throws(SystemError) {
        try control(EPOLL_CTL_ADD, descriptor, source, flags)
    }

    /// Changes the watched events of a descriptor, or rearms it.
    func modify(_ descriptor: Int32, _ source: EventSource, _ flags: EventFlags) throws(SystemError) {
        try control(EPOLL_CTL_MOD, descriptor, source, flags)
    }

    /// Stops watching a descriptor that stays open.
    func remove(_ descriptor: Int32) {
        _ = clinux_epoll_control(epoll.number, EPOLL_CTL_DEL, descriptor, 0, 0)
    }

    /// Waits for events, at most `milliseconds`, or indefinitely when nil.
    mutating func wait(milliseconds: Int?) throws(SystemError) -> [(source: EventSource, flags: EventFlags)] {
        let timeout = milliseconds.map { Int32(clamping: max(0, $0)) } ?? -1
        let count = unsafe clinux_epoll_wait(epoll.number, &buffer, Int32(buffer.count), timeout)
        guard count >= 0 else {
            if errno == EINTR { return [] }
            throw .last("epoll_wait")
        }
        return buffer[..<Int(count)].compactMap { event in
            EventSource(token: event.token).map { ($0, EventFlags(rawValue: event.events)) }
        }
    }

    private func control(
        _ operation: Int32, _ descriptor: Int32, _ source: EventSource, _ flags: EventFlags
    ) throws(SystemError) {
        if clinux_epoll_control(epoll.number, operation, descriptor, flags.rawValue, source.token) < 0 {
            throw .last("epoll_ctl")
        }
    }
}

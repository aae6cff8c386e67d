import LinuxSystem

/// Time limits for each part of a loop iteration, in nanoseconds.
///
/// Together they bound the wait of anything that is ready when an iteration begins. The last piece of work of each part
/// may exceed its limit by the duration of one request.
enum LoopTime {
    /// Accepting connections.
    static let accepting: UInt64 = 2_000_000
    /// Requests of clients that see everything.
    static let requests: UInt64 = 500_000
    /// Requests of all other clients: longer than the other parts, so that they get most of the time.
    static let ordinaryRequests: UInt64 = 3_000_000
    /// One connection's share of it, alone and while other principals wait; at least one request.
    static let connection: UInt64 = 50_000
    static let connectionBesideOthers: UInt64 = 10_000
    /// Reading the kernel sockets of all CPUs; those left over come first in the next iteration.
    static let draining: UInt64 = 1_000_000
    /// Reading the history for clients that see everything, and the same again for all others.
    static let replaying: UInt64 = 1_000_000
    /// Sending to clients that see everything, and the same again for all others.
    static let sending: UInt64 = 500_000
    /// How long a client is throttled when its principal sends far too many requests.
    static let throttle: UInt64 = 10_000_000
    /// How long accepting pauses after an error, unless a client leaves first.
    static let acceptPause: UInt64 = 500_000_000
    /// How long the daemon continues to send at shutdown.
    static let shutdown: UInt64 = 1_000_000_000
}

/// A part of an iteration.
struct TimeSlice {
    private let end: UInt64

    init(nanoseconds: UInt64) { end = SystemClock.monotonicNanoseconds + nanoseconds }

    var isOver: Bool { SystemClock.monotonicNanoseconds >= end }
}

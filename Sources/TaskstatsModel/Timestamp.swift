/// A moment of the system's clock, as time passed since the beginning of 1970 in UTC.
///
/// The clock can be set, so the time between two moments need not be the time that passed.
public struct Timestamp: Hashable, Sendable {
    /// Whole seconds since 1970.
    public let seconds: UInt64
    /// Nanoseconds after that second, below 1,000,000,000; 0 where the kernel counts whole seconds.
    public let nanoseconds: UInt32

    /// So many whole seconds since 1970.
    public init(seconds: UInt64) {
        self.seconds = seconds
        nanoseconds = 0
    }

    /// So many nanoseconds since 1970.
    public init(nanosecondsSince1970 count: UInt64) {
        seconds = count / 1_000_000_000
        nanoseconds = UInt32(count % 1_000_000_000)
    }

    /// The time passed since the beginning of 1970.
    public var durationSince1970: Duration {
        .seconds(Int64(clamping: seconds)) + .nanoseconds(Int64(nanoseconds))
    }
}

extension Timestamp: Comparable {
    /// Whether one moment is before the other.
    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }

    /// The time from one moment to another, by the clock.
    public static func - (left: Timestamp, right: Timestamp) -> Duration {
        left.durationSince1970 - right.durationSince1970
    }
}

/// A point in time of the system clock, as the time since the beginning of 1970 in UTC.
///
/// The clock can be set, so the difference of two timestamps may differ from the elapsed time.
public struct Timestamp: Hashable, Sendable {
    /// Whole seconds since 1970.
    public let seconds: UInt64
    /// Nanoseconds after that second, below 1,000,000,000; 0 where the kernel counts whole seconds.
    public let nanoseconds: UInt32

    /// Creates a timestamp from whole seconds since 1970.
    public init(seconds: UInt64) {
        self.seconds = seconds
        nanoseconds = 0
    }

    /// Creates a timestamp from nanoseconds since 1970.
    public init(nanosecondsSince1970 count: UInt64) {
        seconds = count / 1_000_000_000
        nanoseconds = UInt32(count % 1_000_000_000)
    }

    /// The time since the beginning of 1970.
    public var durationSince1970: Duration {
        .seconds(Int64(clamping: seconds)) + .nanoseconds(Int64(nanoseconds))
    }
}

extension Timestamp: Comparable {
    /// Returns whether the left time is before the right one.
    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }

    /// Returns the time from one timestamp to another, by the clock.
    public static func - (left: Timestamp, right: Timestamp) -> Duration {
        left.durationSince1970 - right.durationSince1970
    }
}

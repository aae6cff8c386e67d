import Glibc

/// The two clocks of the daemon.
enum Clock {
    /// Nanoseconds since 1970, for what clients are told.
    static func wall() -> UInt64 { read(CLOCK_REALTIME) }

    /// Nanoseconds that only go forward, for deadlines.
    static func monotonic() -> UInt64 { read(CLOCK_MONOTONIC) }

    private static func read(_ clock: Int32) -> UInt64 {
        var time = timespec()
        _ = unsafe clock_gettime(clock, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}

import Glibc

/// The clocks of the machine, in whole numbers.
enum Moment {
    /// Microseconds of the clock that ages are told by: it goes on by itself and stands still while the machine sleeps.
    static var monotonicMicroseconds: UInt64 { microseconds(CLOCK_MONOTONIC) }

    /// Nanoseconds since 1970.
    static var nanosecondsSince1970: UInt64 { microseconds(CLOCK_REALTIME) * 1_000 }

    private static func microseconds(_ clock: clockid_t) -> UInt64 {
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        return UInt64(time.tv_sec) * 1_000_000 + UInt64(time.tv_nsec) / 1_000
    }
}

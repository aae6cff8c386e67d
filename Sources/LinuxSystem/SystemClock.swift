import Glibc

/// The clocks of the kernel, as integers.
package enum SystemClock {
    /// Nanoseconds of a clock that is never set and stops while the machine sleeps; for deadlines and ages.
    package static var monotonicNanoseconds: UInt64 { read(CLOCK_MONOTONIC) }

    /// The same clock in whole microseconds, the unit of a task's age.
    package static var monotonicMicroseconds: UInt64 { monotonicNanoseconds / 1_000 }

    /// Nanoseconds since 1970; for timestamps.
    package static var realtimeNanoseconds: UInt64 { read(CLOCK_REALTIME) }

    /// The CPU time of this thread in nanoseconds: the cost of a piece of work, without time spent preempted.
    package static var threadCPUNanoseconds: UInt64 { read(CLOCK_THREAD_CPUTIME_ID) }

    /// How long the machine has slept since it started, in nanoseconds: the lead of times since boot over monotonic ones.
    package static var sleptNanoseconds: UInt64 {
        let monotonic = monotonicNanoseconds
        let sinceBoot = read(CLOCK_BOOTTIME)
        // The clocks are not read at the same instant.
        let shortestSleep: UInt64 = 1_000_000
        let difference = sinceBoot - min(monotonic, sinceBoot)
        return difference < shortestSleep ? 0 : difference
    }

    private static func read(_ clock: clockid_t) -> UInt64 {
        var time = timespec()
        _ = unsafe clock_gettime(clock, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}

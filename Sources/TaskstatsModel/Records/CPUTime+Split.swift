extension CPUTime {
    /// Splits the time into user and system time, in the ratio that the kernel counted at ticks.
    ///
    /// `ac_utime` and `ac_stime` count whole ticks, so their sum can be far above or below the run time. The kernel
    /// scales them for `getrusage` and `wait4`, and this does the same: a task without system ticks has only run in
    /// user mode, and one without user ticks only in the kernel.
    public func split(userTicks: UInt64, systemTicks: UInt64) -> (user: CPUTime, system: CPUTime) {
        let lower = Self.system(of: lowerNanoseconds, userTicks, systemTicks)
        let upper = Self.system(of: upperNanoseconds, userTicks, systemTicks)
        return (
            CPUTime(lowerNanoseconds: lowerNanoseconds - lower, upperNanoseconds: upperNanoseconds - upper),
            CPUTime(lowerNanoseconds: lower, upperNanoseconds: upper)
        )
    }

    private static func system(of total: UInt64, _ user: UInt64, _ system: UInt64) -> UInt64 {
        if system == 0 { return 0 }
        if user == 0 { return total }
        let (ticks, overflow) = user.addingReportingOverflow(system)
        // The quotient is below the total, as the dividend is below the total times the divisor.
        return overflow ? total / 2 : ticks.dividingFullWidth(total.multipliedFullWidth(by: system)).quotient
    }
}

extension TaskRecord {
    /// Returns the user and system time, scaled from ticks to ``cpuTime(tick:threads:)``; nil when fields are missing.
    public func userAndSystemTime(tick: Duration) -> (user: CPUTime, system: CPUTime)? {
        guard let time = cpuTime(tick: tick), let user = self[.acUtime], let system = self[.acStime] else { return nil }
        return time.split(userTicks: user, systemTicks: system)
    }
}

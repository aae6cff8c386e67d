/// The CPU time of one or several tasks, as lower and upper bounds of the true value.
///
/// While a task is on a CPU, the kernel adds to its run time only at ticks and when the task leaves the CPU. It writes
/// the last record of a task before the task leaves the CPU for the last time, so `cpu_run_virtual_total` lacks up to
/// one tick: a task that ran for 3 ms can read 0. The same applies to a query of a task that is on a CPU. The bounds
/// follow from fields of the record:
///
/// - ``lower`` is `cpu_run_virtual_total`: the kernel counts no time that has not passed.
/// - ``upper`` of a task that has never slept (`nvcsw` is 0) is `ac_etime` minus `cpu_delay_total`: when it did not
///   wait for a CPU, it ran. This is exact except for a few microseconds between its creation and its first wait, time
///   taken by a hypervisor, and time in which its cgroup's quota stopped it.
/// - ``upper`` of other tasks is the smaller of that value and `cpu_run_virtual_total` plus one tick for each thread.
///
/// The bound by ticks refers to the scheduler's clock, which excludes time taken by a hypervisor and, on some kernel
/// configurations, the time of interrupts. Where the kernel stops ticks on CPUs that run one task (`nohz_full`), it
/// updates the count once a second, and that bound does not hold. Sums of intervals are intervals of the sums.
///
/// The bounds are those of the time until the kernel writes the record. Freeing the memory and closing the files of a task
/// comes later, and is in no record: about 0.1 ms for each MiB that the task had in memory.
public struct CPUTime: Hashable, Sendable {
    /// The lower bound of the true value, in nanoseconds.
    public private(set) var lowerNanoseconds: UInt64
    /// The upper bound of the true value, in nanoseconds.
    public private(set) var upperNanoseconds: UInt64

    /// Creates bounds in nanoseconds; an upper bound below the lower one is raised to it.
    public init(lowerNanoseconds: UInt64, upperNanoseconds: UInt64) {
        self.lowerNanoseconds = lowerNanoseconds
        self.upperNanoseconds = max(lowerNanoseconds, upperNanoseconds)
    }

    /// No time.
    public static let zero = CPUTime(lowerNanoseconds: 0, upperNanoseconds: 0)

    /// The lower bound of the true value.
    public var lower: Duration { .nanoseconds(lowerNanoseconds) }
    /// The upper bound of the true value.
    public var upper: Duration { .nanoseconds(upperNanoseconds) }

    /// The difference between the bounds, in nanoseconds.
    public var widthNanoseconds: UInt64 { upperNanoseconds - lowerNanoseconds }

    /// Adds the bounds, saturating at the largest number.
    public static func + (left: CPUTime, right: CPUTime) -> CPUTime {
        CPUTime(
            lowerNanoseconds: left.lowerNanoseconds.addingSaturated(right.lowerNanoseconds),
            upperNanoseconds: left.upperNanoseconds.addingSaturated(right.upperNanoseconds))
    }

    /// Adds another interval.
    public static func += (left: inout CPUTime, right: CPUTime) { left = left + right }

    /// The longest tick of common Linux distribution kernels (`CONFIG_HZ` 100).
    ///
    /// `ServerInfo.tick` is the true tick if the daemon reports it.
    public static let longestTick = Duration.milliseconds(10)
}

extension TaskRecord {
    /// The CPU time used, for any kernel whose tick is at most ``CPUTime/longestTick``.
    public var cpuTime: CPUTime? { cpuTime(tick: CPUTime.longestTick) }

    /// Returns the CPU time used, on a kernel with this tick; nil when fields are missing.
    ///
    /// Each thread of a process can lack a tick: ended threads because of their last records, the others while they are
    /// on a CPU. `threads` is the number of threads that the process has had so far; without it, `cpu_count` is used
    /// instead, as every thread was scheduled on a CPU at least once.
    public func cpuTime(tick: Duration, threads: UInt64? = nil) -> CPUTime? {
        guard let run = self[.cpuRunVirtualTotal] else { return nil }
        let stale: UInt64? = kind == .task ? 1 : threads ?? self[.cpuCount]
        let byTicks = stale.map { run.addingSaturated($0.multipliedSaturated(by: tick.wholeNanoseconds)) }
        let bounds = self[.nvcsw] == 0 ? [timeNotWaiting ?? byTicks] : [byTicks, timeNotWaiting]
        guard let upper = bounds.compactMap({ $0 }).min() else { return nil }
        return CPUTime(lowerNanoseconds: run, upperNanoseconds: upper)
    }

    /// The age without the waits for a CPU, in nanoseconds.
    private var timeNotWaiting: UInt64? {
        guard let age = self[.acEtime], let waited = self[.cpuDelayTotal] else { return nil }
        // The kernel truncates the age to microseconds.
        let nanoseconds = age.addingSaturated(1).multipliedSaturated(by: 1_000)
        return nanoseconds > waited ? nanoseconds - waited : 0
    }

    /// The fields required for ``cpuTime``.
    public static let cpuTimeFields: FieldSet = [
        .cpuRunVirtualTotal, .cpuCount, .cpuDelayTotal, .acEtime, .nvcsw,
    ]
}

extension UInt64 {
    fileprivate func addingSaturated(_ other: UInt64) -> UInt64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }

    fileprivate func multipliedSaturated(by other: UInt64) -> UInt64 {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? .max : product
    }
}

extension Duration {
    /// The whole nanoseconds; 0 for a negative duration.
    package var wholeNanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        return seconds < 0
            ? 0
            : UInt64(seconds).multipliedSaturated(by: 1_000_000_000)
                .addingSaturated(UInt64(max(0, attoseconds)) / 1_000_000_000)
    }
}

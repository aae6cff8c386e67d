/// The known history of `kernel.task_delayacct`, from samples of the switch.
///
/// The kernel prepares a task for delay accounting when the task begins, if the switch is on then, and counts only
/// while it is on. So the waits of a task are counted if the switch was on during its whole life. Times are in
/// nanoseconds of the monotonic clock, which is also the clock of task ages.
package struct DelayAccountingHistory: Sendable, Hashable {
    /// The coverage of one task's life by delay accounting.
    package enum Coverage: Sendable {
        /// Every wait was counted.
        case counted
        /// The switch was off at a sample during the life, so some or all waits are missing.
        case uncounted
        /// The life began before the switch was first sampled on, and no later sample was off.
        case unknown
    }

    private var lastSeenOff: UInt64?
    private var seenOnSince: UInt64?

    /// Creates a history without samples.
    package init() {}

    /// Adds a sample; nil if the kernel has no switch.
    package mutating func observe(isOn: Bool?, at now: UInt64) {
        switch isOn {
        case true: seenOnSince = seenOnSince ?? now
        case false: (lastSeenOff, seenOnSince) = (now, nil)
        case nil: self = DelayAccountingHistory()
        }
    }

    /// Returns the coverage of a life that began at `start`; nil without any sample.
    package func coverage(from start: UInt64?) -> Coverage? {
        guard lastSeenOff != nil || seenOnSince != nil else { return nil }
        guard let start else { return .unknown }
        if let seenOnSince, start >= seenOnSince { return .counted }
        if let lastSeenOff, start <= lastSeenOff { return .uncounted }
        return .unknown
    }

    /// Whether a life that began at an unknown time can have been covered only in part.
    package var hasBeenOff: Bool { lastSeenOff != nil }
}

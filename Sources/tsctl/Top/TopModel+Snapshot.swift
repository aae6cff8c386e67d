extension TopModel {
    /// One task in a sample.
    struct Snapshot {
        var identity: TopRow.Identity?
        /// The time of its start, on the monotonic clock, as far as it is known.
        var startMicroseconds: UInt64?
        /// Its parent process.
        var parent: UInt32?
        /// Its age; for a process with several threads, the sum of their ages.
        var age: UInt64
        var spent: TimeSpent
        /// The waits that are missing from that.
        var omitted = OmittedWaits()
        /// Whether an earlier sample had the same task.
        var isContinued = false
        /// Whether the identity was sampled so early that the task may have executed another program since.
        var isYoung = false
    }
}

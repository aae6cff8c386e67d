/// Decides from samples of the loop whether it is blocked; it takes no samples itself.
struct LoopSamples {
    /// The state of the loop at one time.
    struct Sample {
        /// The number of iterations so far.
        var iteration: UInt64
        /// When the current one began, in monotonic nanoseconds; 0 between iterations.
        var busySince: UInt64
        /// Whether events are ready.
        var hasEvents: Bool
    }

    /// The action to take after a sample.
    enum Action: Equatable {
        /// Nothing until the next sample.
        case none
        /// The loop is idle: take no samples until the next iteration.
        case park
        /// Report that the loop has been blocked for this long.
        case report(milliseconds: UInt64)
    }

    /// The time between two samples.
    static let pauseMilliseconds: Int32 = 1_000
    /// The maximum duration of an iteration.
    private static let limitNanoseconds: UInt64 = 1_000_000_000

    private var reported: UInt64?
    private var last: UInt64?
    /// When events were first ready between two iterations.
    private var readySince: UInt64?

    /// Evaluates the next sample.
    mutating func next(_ sample: Sample, at now: UInt64) -> Action {
        let isSame = last == sample.iteration
        last = sample.iteration
        if !isSame || !sample.hasEvents || sample.busySince != 0 { readySince = nil }
        if sample.busySince != 0 { return report(sample, since: sample.busySince, at: now) }
        guard sample.hasEvents else { return isSame ? .park : .none }
        // An unblocked epoll_wait would have returned.
        let since = readySince ?? now
        readySince = since
        return report(sample, since: since, at: now)
    }

    /// Reports an iteration at most once.
    private mutating func report(_ sample: Sample, since: UInt64, at now: UInt64) -> Action {
        // The loop may have begun after the time was read.
        let elapsed = now > since ? now - since : 0
        guard elapsed >= Self.limitNanoseconds, reported != sample.iteration else { return .none }
        reported = sample.iteration
        let nanosecondsPerMillisecond: UInt64 = 1_000_000
        return .report(milliseconds: elapsed / nanosecondsPerMillisecond)
    }
}

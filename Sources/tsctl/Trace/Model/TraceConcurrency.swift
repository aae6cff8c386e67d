/// How many processes were in each state over time, in intervals of equal length.
///
/// A record has only sums over the life of its process, so each state is spread evenly over that: the average of many
/// processes is right, the moment within a long one is not known.
struct TraceConcurrency {
    /// The length of an interval, in nanoseconds.
    let interval: UInt64
    /// The average number of processes by state, for each interval.
    let states: [TraceShares.State: [Double]]

    /// Creates the numbers for this many intervals at most.
    init(_ timeline: TraceTimeline, intervals: Int) {
        let count = max(1, min(intervals, Int(clamping: timeline.duration / 1_000)))
        let start = timeline.start
        let length = max(1, (timeline.duration + UInt64(count) - 1) / UInt64(count))
        var states = TraceShares.State.allCases.reduce(into: [TraceShares.State: [Double]]()) {
            $0[$1] = [Double](repeating: 0, count: count)
        }
        for span in timeline.spans where span.duration > 0 {
            let shares = TraceShares(span)
            let (from, to) = (span.start - start, span.end - start)
            for number in Int(from / length)...min(count - 1, Int((to - 1) / length)) {
                let begin = UInt64(number) * length
                let overlap = Double(min(to, begin + length) - max(from, begin)) / Double(length)
                for state in TraceShares.State.allCases { states[state]?[number] += overlap * shares[state] }
            }
        }
        interval = length
        self.states = states
    }
}

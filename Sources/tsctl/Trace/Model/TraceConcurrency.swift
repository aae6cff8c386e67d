/// How many processes were in each state over time, in intervals of equal length.
///
/// A record has only sums over the life of its process, so each state is spread evenly over that: the average of many
/// processes is right, the moment within a long one is not known.
struct TraceConcurrency {
    /// The length of an interval, in nanoseconds.
    let interval: UInt64
    /// The number of intervals.
    let count: Int
    /// The average number of processes, of all intervals of the first state, then of the next one.
    private var values: [Double]

    /// Creates the numbers for this many intervals at most.
    init(_ timeline: TraceTimeline, intervals: Int) {
        let (start, duration) = (timeline.start, timeline.duration)
        count = max(1, min(intervals, Int(clamping: duration / 1_000)))
        interval = max(1, (duration + UInt64(count) - 1) / UInt64(count))
        let states = TraceShares.State.allCases
        values = [Double](repeating: 0, count: states.count * count)
        // The changes of the numbers from one interval to the next, because a process can live through all of them.
        var changes = [Double](repeating: 0, count: states.count * (count + 1))
        for span in timeline.spans where span.duration > 0 {
            let shares = TraceShares(span)
            let (from, to) = (span.start - start, span.end - start)
            let first = min(count - 1, Int(from / interval))
            let last = min(count - 1, Int((to - 1) / interval))
            let head = Double(min(to, UInt64(first + 1) * interval) - from) / Double(interval)
            let tail = last > first ? Double(to - UInt64(last) * interval) / Double(interval) : 0
            for (index, state) in states.enumerated() {
                let share = shares[state]
                values[index * count + first] += head * share
                if last > first { values[index * count + last] += tail * share }
                changes[index * (count + 1) + first + 1] += last > first + 1 ? share : 0
                changes[index * (count + 1) + last] -= last > first + 1 ? share : 0
            }
        }
        for index in states.indices {
            var level = 0.0
            for number in 0..<count {
                level += changes[index * (count + 1) + number]
                values[index * count + number] += level
            }
        }
    }

    /// The average number of processes in a state, by interval.
    subscript(state: TraceShares.State) -> ArraySlice<Double> {
        let index = TraceShares.State.allCases.firstIndex(of: state) ?? 0
        return values[index * count..<(index + 1) * count]
    }
}

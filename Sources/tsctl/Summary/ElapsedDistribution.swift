/// How elapsed times are spread, in bounded memory: all of them while they are few, then how many fell into which range.
///
/// A range is one of 32 between a number and its double, so what is read from its middle is wrong by 1/64 at most. The
/// largest is always exact. Ranges take 15 KiB at most, up to the longest time that there was.
struct ElapsedDistribution: Equatable {
    /// How many times are kept as they are.
    static let exactLimit = 128
    /// How far a percentile is from the truth at most, once ranges are counted.
    static let relativeError = 1.0 / 64

    private static let rangesPerDoubling = 32
    private var times: [UInt64] = []
    private var counts: [UInt64] = []
    /// How many times there are.
    private(set) var count: UInt64 = 0
    /// The largest of them.
    private(set) var largest: UInt64 = 0

    /// Whether percentiles are exact.
    var isExact: Bool { counts.isEmpty }

    /// Adds a time, in microseconds.
    mutating func add(_ microseconds: UInt64) {
        count += 1
        largest = max(largest, microseconds)
        if isExact {
            times.append(microseconds)
            if times.count > Self.exactLimit { countRanges() }
        } else {
            tally(microseconds, 1)
        }
    }

    /// Adds the times of another.
    mutating func add(_ other: ElapsedDistribution) {
        for time in other.times { add(time) }
        guard !other.isExact else { return }
        if isExact { countRanges() }
        for (range, count) in other.counts.enumerated() where count > 0 { tally(Self.middle(of: range), count) }
        count += other.count
        largest = max(largest, other.largest)
    }

    /// The time that so many of a hundred did not exceed; nil when there is none.
    func percentile(_ percent: UInt64) -> UInt64? {
        guard count > 0 else { return nil }
        let (product, overflow) = count.multipliedReportingOverflow(by: percent)
        var rank = max(1, overflow ? count / 100 * percent : (product + 99) / 100)
        if isExact { return times.sorted()[Int(rank) - 1] }
        for (range, count) in counts.enumerated() {
            if rank <= count { return min(Self.middle(of: range), largest) }
            rank -= count
        }
        return largest
    }

    private mutating func countRanges() {
        // Something must be in it for percentiles to be read from there.
        counts = [0]
        for time in times { tally(time, 1) }
        times = []
    }

    private mutating func tally(_ time: UInt64, _ number: UInt64) {
        let range = Self.range(of: time)
        while counts.count <= range { counts.append(0) }
        counts[range] += number
    }

    /// Numbers below 64 have a range each; from there on ranges are as wide as the number has bits beyond six.
    private static func range(of time: UInt64) -> Int {
        let extraBits = max(0, 64 - time.leadingZeroBitCount - 6)
        return extraBits * rangesPerDoubling + Int(time >> UInt64(extraBits))
    }

    private static func middle(of range: Int) -> UInt64 {
        guard range >= 2 * rangesPerDoubling else { return UInt64(range) }
        let extraBits = UInt64(range / rangesPerDoubling - 1)
        let start = UInt64(range % rangesPerDoubling + rangesPerDoubling) << extraBits
        return start + (1 << extraBits) / 2
    }
}

/// A distribution of elapsed times in bounded memory: individual times at first, then counts by range.
///
/// There are 32 ranges between a number and its double, so the middle of a range is wrong by at most 1/64. The maximum
/// is always exact. The ranges take at most 15 KiB, depending on the longest time.
struct ElapsedDistribution: Equatable {
    /// The number of times that are kept individually.
    static let exactLimit = 128
    /// The maximum error of a percentile from ranges.
    static let relativeError = 1.0 / 64

    private static let rangesPerDoubling = 32
    private var times: [UInt64] = []
    private var counts: [UInt64] = []
    /// The number of times.
    private(set) var count: UInt64 = 0
    /// The maximum.
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

    /// Adds the times of another distribution.
    mutating func add(_ other: ElapsedDistribution) {
        for time in other.times { add(time) }
        guard !other.isExact else { return }
        if isExact { countRanges() }
        for (range, count) in other.counts.enumerated() where count > 0 { tally(Self.middle(of: range), count) }
        count += other.count
        largest = max(largest, other.largest)
    }

    /// Returns the time that this percentage of the times does not exceed; nil if there are none.
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
        // It must not be empty, so that percentiles are read from it.
        counts = [0]
        for time in times { tally(time, 1) }
        times = []
    }

    private mutating func tally(_ time: UInt64, _ number: UInt64) {
        let range = Self.range(of: time)
        while counts.count <= range { counts.append(0) }
        counts[range] += number
    }

    /// Returns the range of a time: below 64 each value has its own, above that the width doubles with each bit.
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

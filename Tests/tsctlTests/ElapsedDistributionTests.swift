import TestSupport
import Testing

@testable import tsctl

@Suite struct ElapsedDistributionTests {
    /// The time at the rank that a percentile means, of all times sorted.
    private func nearestRank(_ times: [UInt64], _ percent: Int) -> UInt64 {
        times.sorted()[max(1, (times.count * percent + 99) / 100) - 1]
    }

    @Test func `of nothing there is no percentile`() {
        #expect(ElapsedDistribution().percentile(50) == nil)
        #expect(ElapsedDistribution().largest == 0)
    }

    @Test(arguments: [1, 2, 3, 10, 99, 100, 101, 128])
    func `a few times are kept as they are`(count: Int) {
        var random = SeededGenerator(seed: UInt64(count))
        let times = (0..<count).map { _ in UInt64.random(in: 0...UInt64.max, using: &random) }
        var distribution = ElapsedDistribution()
        for time in times { distribution.add(time) }
        #expect(distribution.isExact)
        for percent in [1, 50, 90, 99, 100] {
            #expect(distribution.percentile(UInt64(percent)) == nearestRank(times, percent))
        }
    }

    @Test(arguments: [129, 1_000, 20_000], [UInt64(60), 5_000, 10_000_000, .max])
    func `of many a percentile is wrong by 1/64 at most, and the largest not at all`(count: Int, largest: UInt64) {
        var random = SeededGenerator(seed: UInt64(count) ^ largest)
        // Short times are as many as long ones, on a scale of powers.
        let times = (0..<count).map { _ in
            UInt64.random(in: 0...largest, using: &random) >> UInt64.random(in: 0..<40, using: &random)
        }
        var distribution = ElapsedDistribution()
        for time in times { distribution.add(time) }
        #expect(!distribution.isExact)
        #expect(distribution.count == UInt64(count))
        #expect(distribution.largest == times.max())
        for percent in [1, 25, 50, 75, 90, 99, 100] {
            let (found, right) = (Double(distribution.percentile(UInt64(percent)) ?? 0), Double(nearestRank(times, percent)))
            #expect(abs(found - right) <= right * ElapsedDistribution.relativeError + 1e-9, "p\(percent) of \(count)")
        }
    }

    @Test(arguments: [(3, 5), (100, 100), (500, 3), (3, 500), (500, 500)])
    func `two can be added up`(first: Int, second: Int) {
        var (left, right, both) = (ElapsedDistribution(), ElapsedDistribution(), ElapsedDistribution())
        for time in (1...first).map({ UInt64($0 * 1_000) }) {
            left.add(time)
            both.add(time)
        }
        for time in (1...second).map({ UInt64($0 * 777) }) {
            right.add(time)
            both.add(time)
        }
        left.add(right)
        #expect(left.count == both.count)
        #expect(left.largest == both.largest)
        for percent in [50, 90, 99] as [UInt64] {
            let (sum, whole) = (Double(left.percentile(percent) ?? 0), Double(both.percentile(percent) ?? 0))
            #expect(abs(sum - whole) <= whole / 32)
        }
    }
}

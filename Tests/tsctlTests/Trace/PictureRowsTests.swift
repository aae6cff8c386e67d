import Taskstats
import Testing

@testable import tsctl

@Suite struct PictureRowsTests {
    private let millisecond: UInt64 = 1_000_000

    @Test func `short siblings of one name become one row, and so do their children`() {
        var load = SyntheticTimeline()
        let make = load.add("make", 0...1_000)
        for number in 0..<3 as Range<UInt64> {
            let shell = load.add("sh", below: make, number * 10...number * 10 + 5)
            load.add("sed", below: shell, number * 10 + 1...number * 10 + 3)
        }
        load.add("sh", below: make, 100...900)
        let rows = PictureRows(load.timeline(), narrow: 10 * millisecond, limit: 100)
        #expect(rows.rows.map(\.title) == ["make", "3 × sh", "3 × sed", "sh"])
        #expect(rows.rows.map(\.parent) == [nil, 0, 1, 0])
        #expect(rows.rows[2].lifetime == 6 * millisecond)
        #expect(rows.rows[2].pieces.count == 3)
        #expect(rows.rowOfSpan == [0, 1, 2, 1, 2, 1, 2, 3])
    }

    @Test func `failed processes are folded only with failed ones`() {
        var load = SyntheticTimeline()
        let make = load.add("make", 0...1_000)
        for number in 0..<6 as Range<UInt64> {
            load.add("test", below: make, number...number + 1, exit: .code(number % 3 == 0 ? 1 : 0))
        }
        let rows = PictureRows(load.timeline(), narrow: 10 * millisecond, limit: 100)
        #expect(rows.rows.map(\.title) == ["make", "2 × test", "4 × test"])
        #expect(rows.rows.map(\.failures) == [0, 2, 0])
    }

    @Test func `more is folded until the rows fit, the shortest first`() {
        var load = SyntheticTimeline()
        let make = load.add("make", 0...1_000)
        for number in 1...50 as ClosedRange<UInt64> { load.add("cc", below: make, number...number + number * 10) }
        let rows = PictureRows(load.timeline(), narrow: 0, limit: 12)
        #expect((10...12).contains(rows.rows.count))
        let single = rows.rows.filter { !$0.isFold && $0.name == "cc" }
        #expect(single.allSatisfy { $0.lifetime >= rows.threshold })
        #expect(rows.rows.map(\.spans.count).reduce(0, +) == 51)
    }

    @Test func `siblings of different names are folded only if nothing else fits`() {
        var load = SyntheticTimeline()
        let make = load.add("make", 0...1_000)
        for number in 0..<200 as Range<UInt64> { load.add("p\(number)", below: make, number...number + 1) }
        let rows = PictureRows(load.timeline(), narrow: millisecond, limit: 60)
        #expect(rows.mixesNames)
        #expect(rows.rows.map(\.title) == ["make", "200 × p0 and others"])
    }

    @Test func `a chain that is deeper than the limit is folded at its end`() {
        var load = SyntheticTimeline()
        var parent: Int?
        for number in 0..<1_000 as Range<UInt64> { parent = load.add("sh", below: parent, number...2_000) }
        let rows = PictureRows(load.timeline(), narrow: 0, limit: 100)
        #expect(rows.rows.count == PictureRows.depthLimit + 1)
        #expect(rows.rows.last?.spans.count == 1_000 - PictureRows.depthLimit)
    }

    @Test func `every process is in exactly one row`() {
        let timeline = SyntheticTimeline.many(5_000)
        for limit in [60, 200, 10_000] {
            let rows = PictureRows(timeline, narrow: 0, limit: limit)
            #expect(rows.rows.count <= limit)
            #expect(rows.rows.flatMap(\.spans).sorted() == Array(timeline.spans.indices))
        }
    }
}

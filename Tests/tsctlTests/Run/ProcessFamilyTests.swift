import TaskstatsModel
import TestSupport
import Testing

@testable import tsctl

/// The root is 1, and its command 10 unless a test says otherwise.
@Suite struct ProcessFamilyTests {
    private func family(unrelated: Set<UInt32> = [], alive: Set<UInt32> = [1]) -> ProcessFamily {
        var family = ProcessFamily(root: 1, unrelated: unrelated) { alive.contains($0) }
        family.command = 10
        return family
    }

    @Test func `children end before their parents and are counted with them`() {
        var family = family()
        family.ended(ended(12, parent: 11, exit: .code(1)))
        family.ended(ended(11, parent: 10))
        #expect(family.total.processes == 0)
        family.ended(ended(10, parent: 1))
        #expect(family.total.processes == 3)
        #expect(family.total.failed == 1)
        #expect(family.own.processes == 1)
        #expect(family.isCommandComplete)
        #expect(family.unlinked == 0)
    }

    @Test func `an orphan that the root adopted is counted, also when its parent ended long before`() {
        var family = family()
        family.ended(ended(11, parent: 10, at: 100))
        family.ended(ended(10, parent: 1, at: 200))
        family.ended(ended(12, parent: 1, at: 5_000, age: 4_950))
        #expect(family.total.processes == 3)
    }

    @Test func `a record that comes after those of its parent and grandparent finds its way`() {
        var family = family()
        family.ended(ended(10, parent: 1, at: 1_002))
        family.ended(ended(11, parent: 10, at: 1_001))
        family.ended(ended(12, parent: 11, at: 1_000))
        #expect(family.total.processes == 3)
        #expect(family.unlinked == 0)
    }

    @Test func `other families are not counted, nor what the root had started before`() {
        var family = family(unrelated: [5], alive: [1, 90])
        family.ended(ended(91, parent: 90))
        family.ended(ended(6, parent: 5))
        family.ended(ended(5, parent: 1, thread: 5, last: false))
        family.ended(ended(5, parent: 1))
        #expect(family.total == Usage())
        #expect(family.unlinked == 0)
    }

    @Test func `the id of a stranger that has ended may be a descendant's`() {
        var family = family(unrelated: [5])
        family.ended(ended(5, parent: 1))
        family.ended(ended(5, parent: 1, at: 9_000))
        #expect(family.total.processes == 1)
    }

    @Test func `a reused id is not mistaken for the ended process`() {
        var family = family(alive: [1, 11])
        family.ended(ended(11, parent: 10, at: 1_000))
        // A process of another family has the id now, and a child of that one ends.
        family.ended(ended(12, parent: 11, at: 9_000, age: 5))
        family.ended(ended(10, parent: 1, at: 9_001, age: 9_000))
        #expect(family.total.processes == 2)
    }

    @Test func `threads of the command are its own, also those whose records come after its last`() {
        var family = family()
        family.ended(ended(13, parent: 1, thread: 10, last: false, [(.nvcsw, 1)]))
        family.ended(ended(10, parent: 1, at: 1_001, age: 50, [(.nvcsw, 2)]))
        family.ended(ended(14, parent: 1, thread: 10, last: false, at: 1_002, age: 50, [(.nvcsw, 4)]))
        #expect(family.own.tasks == 3)
        #expect(family.own.processes == 1)
        #expect(family.own.stats[.nvcsw] == 7)
        // Another process with the same id, later.
        family.ended(ended(10, parent: 90, at: 9_000, age: 5))
        #expect(family.own.tasks == 3)
    }

    @Test func `children of a living descendant are counted, and it no longer lives once it has ended`() {
        var family = family()
        family.ended(ended(12, parent: 11))
        family.ended(ended(14, parent: 13))
        family.setLiving([11, 13])
        family.ended(ended(11, parent: 10))
        family.ended(ended(10, parent: 1))
        #expect(family.total.processes == 4)
        #expect(family.living == [13])
    }

    @Test func `tasks whose parent is gone without a record are reported`() {
        var family = family()
        family.ended(ended(12, parent: 11))
        family.ended(ended(13, parent: 11))
        family.ended(ended(10, parent: 1))
        #expect(family.total.processes == 1)
        #expect(family.unlinked == 2)
    }

    @Test func `reused ids do not lead into a cycle`() {
        var family = family()
        family.ended(ended(11, parent: 12, at: 1_000))
        family.ended(ended(12, parent: 11, at: 1_000))
        family.ended(ended(13, parent: 12, at: 1_000))
        family.ended(ended(10, parent: 1))
        #expect(family.total.processes == 1)
    }

    @Test func `the sums of parents that are gone are discarded, but not at the first sweep`() {
        var family = ProcessFamily(root: 1, sweepingAt: 4) { $0 < 100 }
        family.command = 10
        // At the fifth sum the first sweep; the record of one of the five is late.
        for pid in 100..<105 as Range<UInt32> { family.ended(ended(pid + 100, parent: pid)) }
        family.ended(ended(100, parent: 10))
        for pid in 105..<130 as Range<UInt32> { family.ended(ended(pid + 100, parent: pid)) }
        family.ended(ended(10, parent: 1))
        #expect(family.total.processes == 3)
        #expect(family.unlinked == 29)
    }

    @Test func `on kernels that do not distinguish threads from processes, each task is a process`() {
        var family = family()
        var record = ended(10, parent: 1)
        (record.tgid, record.isLast) = (nil, nil)
        family.ended(record)
        #expect(family.own.processes == 1)
        #expect(family.total.processes == 1)
    }

    @Test func `a hundred thousand children take up no more than those who live`() {
        var family = ProcessFamily(root: 1, remembering: 64) { $0 == 1 || $0 == 10 }
        family.command = 10
        for turn in 0..<100_000 as Range<UInt32> {
            family.ended(ended(100 + turn % 30_000, parent: 10, at: UInt64(turn)))
        }
        family.ended(ended(10, parent: 1, at: 100_000, age: 100_000))
        #expect(family.total.processes == 100_001)
    }
}

import TaskstatsKernel
import Testing

@Suite struct LossCounterTests {
    @Test(arguments: [0, 1, 0x7fff_ffff, 0x8000_0000, .max] as [UInt32])
    func `the first number skips none, whatever it is`(number: UInt32) {
        var counter = LossCounter(drops: 0)
        #expect(counter.gap(before: number) == 0)
        #expect(counter.gap(before: number &+ 1) == 0)
        #expect(counter.gap(before: number &+ 5) == 3)
    }

    @Test func `numbers wrap from the highest to 0`() {
        var counter = LossCounter(drops: 0)
        #expect(gaps(of: [.max - 1, .max, 0, 1], in: &counter) == [0, 0, 0, 0])
        #expect(gaps(of: [.max - 1], in: &counter) == [0])
        var other = LossCounter(drops: 0)
        #expect(gaps(of: [.max - 1, 2, 3], in: &other) == [0, 3, 0])
    }

    @Test func `swapped numbers skip the late one once`() {
        var counter = LossCounter(drops: 0)
        #expect(gaps(of: [5, 7, 6, 8, 9], in: &counter) == [0, 1, 0, 0, 0])
        #expect(gaps(of: [13, 10, 11, 12, 14, 16], in: &counter) == [3, 0, 0, 0, 0, 1])
    }

    @Test func `a number of another CPU is a jump, and the CPU's own numbers count again after it`() {
        var counter = LossCounter(drops: 0)
        #expect(gaps(of: [1_000, 50_000, 1_001, 1_002, 1_005], in: &counter) == [0, 48_999, 0, 0, 2])
        var other = LossCounter(drops: 0)
        #expect(gaps(of: [50_000, 1_000, 50_001, 50_004], in: &other) == [0, 0, 49_000, 2])
    }

    @Test func `a number far behind is not a late one`() {
        var counter = LossCounter(drops: 0)
        #expect(gaps(of: [0, 0x8000_0000], in: &counter) == [0, 0x7fff_ffff])
        var other = LossCounter(drops: 0)
        #expect(gaps(of: [0, 0x8000_0001, 0x8000_0003], in: &other) == [0, 0, 1])
    }

    @Test func `a jump is reported if as many records were dropped, and the rest at the end`() {
        var counter = LossCounter(drops: 0)
        #expect(counter.reconcileAtEnd(drops: 0) == 0)
        #expect(counter.reconcile(gap: 3, drops: 10) == 3)
        #expect(!counter.isReconciled(drops: 10))
        #expect(counter.reconcile(gap: 8, drops: 10) == 0)
        #expect(counter.reconcile(gap: 7, drops: 10) == 7)
        #expect(counter.isReconciled(drops: 10))
        #expect(counter.reconcile(gap: 1, drops: 10) == 0)
        #expect(counter.reconcileAtEnd(drops: 12) == 2)
        #expect(counter.reconcileAtEnd(drops: 12) == 0)
    }

    @Test func `a loss reported at the end is not a gap before the next record`() {
        var counter = LossCounter(drops: 0)
        #expect(gaps(of: [.max - 2], in: &counter) == [0])
        #expect(counter.reconcileAtEnd(drops: 4) == 4)
        #expect(gaps(of: [2, 3], in: &counter) == [0, 0])
        #expect(counter.reconcileAtEnd(drops: 6) == 2)
        #expect(gaps(of: [7], in: &counter) == [1])
    }

    @Test func `earlier drops are not losses`() {
        var counter = LossCounter(drops: 7)
        #expect(counter.isReconciled(drops: 7))
        #expect(counter.reconcileAtEnd(drops: 9) == 2)
    }

    @Test func `an older state of the drop counter reports nothing`() {
        var counter = LossCounter(drops: 0)
        #expect(counter.reconcileAtEnd(drops: 10) == 10)
        #expect(counter.reconcileAtEnd(drops: 8) == 0)
        #expect(counter.reconcile(gap: 1, drops: 8) == 0)
        #expect(counter.isReconciled(drops: 8))
        #expect(counter.reconcileAtEnd(drops: 11) == 1)
    }

    @Test func `the drop counter wraps from the highest to 0`() {
        var counter = LossCounter(drops: .max - 1)
        #expect(counter.reconcile(gap: 3, drops: 2) == 3)
        #expect(counter.reconcileAtEnd(drops: 2) == 1)
        #expect(counter.isReconciled(drops: 2))
    }

    private func gaps(of numbers: [UInt32], in counter: inout LossCounter) -> [UInt32] {
        var gaps: [UInt32] = []
        for number in numbers { gaps.append(counter.gap(before: number)) }
        return gaps
    }
}

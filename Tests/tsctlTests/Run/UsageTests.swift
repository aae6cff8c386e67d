import TaskstatsModel
import TestSupport
import Testing

@testable import tsctl

@Suite struct UsageTests {
    @Test func `times and counts add up, peaks and longest waits are compared`() {
        var usage = Usage()
        usage.add(ended(1, parent: 0, [(.cpuDelayTotal, 5), (.cpuDelayMax, 4), (.hiwaterRss, 100), (.nvcsw, 1)]))
        usage.add(ended(2, parent: 0, [(.cpuDelayTotal, 7), (.cpuDelayMax, 3), (.hiwaterRss, 300), (.nvcsw, 2)]))
        #expect(usage.stats[.cpuDelayTotal] == 12)
        #expect(usage.stats[.cpuDelayMax] == 4)
        #expect(usage.stats[.hiwaterRss] == 300)
        #expect(usage.stats[.nvcsw] == 3)
        #expect(usage.stats[.acPpid] == nil)
    }

    @Test func `threads are tasks, and failures are those of processes`() {
        var usage = Usage()
        usage.add(ended(11, parent: 0, thread: 10, last: false, exit: .code(1)))
        usage.add(ended(10, parent: 0, exit: .signal(9, coreDumped: false)))
        #expect(usage.tasks == 2)
        #expect(usage.processes == 1)
        #expect(usage.failed == 1)
    }

    @Test func `what one record lacks the sum has from the others, and what all lack is absent`() {
        var usage = Usage()
        usage.add(ended(1, parent: 0, [(.readBytes, 4_096)]))
        var withheld = ended(2, parent: 0)
        withheld.redacted = [.io]
        usage.add(withheld)
        #expect(usage.stats[.readBytes] == 4_096)
        #expect(usage.stats[.writeBytes] == nil)
        #expect(usage.withheld == 1)
    }

    @Test func `a sum that does not fit stays at the largest number`() {
        var usage = Usage()
        usage.add(ended(1, parent: 0, [(.nvcsw, .max - 1)]))
        usage.add(ended(2, parent: 0, [(.nvcsw, 5)]))
        #expect(usage.stats[.nvcsw] == .max)
    }

    @Test func `usages add up like the records in them`() {
        let records = (1...6).map { pid in
            ended(pid, parent: 0, exit: .code(UInt8(pid % 2)), [(.nvcsw, UInt64(pid)), (.hiwaterRss, UInt64(pid))])
        }
        var (one, first, second) = (Usage(), Usage(), Usage())
        records.forEach { one.add($0) }
        records[..<2].forEach { first.add($0) }
        records[2...].forEach { second.add($0) }
        first.add(second)
        #expect(first == one)
    }

    @Test func `every field is either summed, compared, or about one task only`() {
        let updateSignal = Usage.added.union(Usage.largest)
        let left = Field.allCases.filter { !updateSignal.contains($0) }
        #expect(left.allSatisfy { [.identity, .time].contains($0.group) || $0.name.contains("_delay_m") }, "\(left)")
        #expect(Usage.added.intersection(Usage.largest).isEmpty)
    }
}

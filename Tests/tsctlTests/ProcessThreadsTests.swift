import Taskstats
import TestSupport
import Testing

@testable import tsctl

@Suite struct ProcessThreadsTests {
    private func thread(_ values: (Field, UInt64)...) -> TaskRecord {
        var record = TaskRecord(kind: .task)
        for (field, value) in values { record.set(field, to: value) }
        return record
    }

    private func sums(count: UInt64) -> TaskRecord {
        var record = TaskRecord(kind: .process)
        record.set(.cpuCount, to: count)
        record.set(.cpuDelayMax, to: 1)
        return record
    }

    private func row(_ threads: TaskRow.Threads, count: UInt64 = 5) -> TaskRow {
        var row = TaskRow(key: .init(kind: .process, id: 10), counters: sums(count: count))
        row.leader = thread((.cpuCount, 2), (.writeBytes, 0), (.acUid, 7), (.hiwaterRss, 100))
        row.threads = threads
        return row
    }

    @Test func `I/O is that of all threads, and the longest wait the longest of any`() {
        let threads = ProcessThreads(
            [
                10: thread((.cpuCount, 2), (.writeBytes, 0), (.cpuDelayMax, 900), (.cpuDelayMin, 3)),
                11: thread((.cpuCount, 3), (.writeBytes, 40 << 20), (.cpuDelayMax, 700), (.cpuDelayMin, 0)),
            ], sums: sums(count: 5))
        let row = row(.several(threads))
        #expect(threads.isComplete)
        #expect(row[.writeBytes] == 40 << 20)
        #expect(row.text(.writeBytes) == "40.0 MiB")
        #expect(row[.cpuDelayMax] == 900)
        #expect(row[.cpuDelayMin] == 3)
        #expect(row[.acUid] == 7)
        #expect(row[.hiwaterRss] == 100)
    }

    @Test func `where threads have ended the sum is marked, and never 0`() {
        let living = [UInt32(10): thread((.cpuCount, 2), (.writeBytes, 4_096), (.readBytes, 0))]
        let row = row(.several(ProcessThreads(living, sums: sums(count: 5))))
        #expect(row.text(.writeBytes) == "4.0 KiB+")
        #expect(row.text(.readBytes) == nil)
        #expect(row[.readBytes] == nil)
    }

    @Test func `where the threads were not queried nothing is shown of them`() {
        let row = row(.notQueried)
        #expect(row[.writeBytes] == nil)
        #expect(row.text(.writeBytes) == nil)
        #expect(row[.cpuDelayMax] == nil)
        #expect(row[.acUid] == 7)
    }

    @Test func `each thread that there can have been can lack a tick`() {
        var record = sums(count: 7)
        record.set(.cpuRunVirtualTotal, to: 50_000_000)
        let living = [
            UInt32(10): thread((.cpuCount, 2)), 11: thread((.cpuCount, 3)),
        ]
        var row = row(.several(ProcessThreads(living, sums: record)))
        row.counters = record
        #expect(row.cpuTime(tick: .milliseconds(4))?.upper == .milliseconds(50 + 4 * 4))
        row.threads = .one
        #expect(row.cpuTime(tick: .milliseconds(4))?.upper == .milliseconds(54))
        row.threads = .notQueried
        #expect(row.cpuTime(tick: .milliseconds(4)) == nil)
    }

    @Test func `in an interval each thread counts since it was seen, or since it began`() {
        func threads(_ values: [UInt32: (written: UInt64, age: UInt64)]) -> ProcessThreads {
            ProcessThreads(
                values.mapValues { thread((.cpuCount, 1), (.writeBytes, $0.written), (.acEtime, $0.age)) },
                sums: sums(count: UInt64(values.count)))
        }
        let before = row(.several(threads([10: (100, 50), 11: (7_000, 50), 12: (9_000, 50)])))
        // 11 has ended, 12 is another thread by now, 13 is new.
        let now = row(.several(threads([10: (400, 60), 12: (20, 5), 13: (1, 3)])))
        #expect(now.since(before)[.writeBytes] == 300 + 20 + 1)
    }
}

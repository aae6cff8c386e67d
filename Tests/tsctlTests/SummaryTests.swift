import TaskstatsProtocol
import TestSupport
import Testing

@testable import Taskstats
@testable import tsctl

@Suite struct SummaryTests {
    private func record(_ command: String, elapsed: UInt64 = 1_000, exitcode: UInt64 = 0) -> ExitRecord {
        var record = SampleRecords.exit(command: command, exitcode: exitcode)
        record.task.set(.acEtime, to: elapsed)
        return record
    }

    private func lines(_ summary: Summary, width: Int? = nil) -> [String] {
        SummaryScreen(
            summary, context: SummaryContext(elapsedMicroseconds: 60_000_000), style: Style(isOn: false), width: width
        ).lines
    }

    @Test func `each command has its sums, those first that used a CPU longest`() {
        var summary = Summary(scope: .task)
        for elapsed in [1, 2, 3, 4] as [UInt64] { summary.add(record("git", elapsed: elapsed * 1_000)) }
        summary.add(record("make", elapsed: 9_000, exitcode: 0x200))
        let lines = lines(summary)
        #expect(lines[0] == "5 tasks (5 processes, 1 failed) ended in 60.0 s")
        #expect(
            lines[2].hasPrefix(
                "COMMAND          ENDED  FAILED  RUN ms  CPUWAIT ms  BLKIO ms  MEM ms           READ          WRITE"))
        #expect(
            lines[3]
                == "git                  4       0  62.936     140.480    18.000   0.000  under 4.0 KiB  16.0–20.0 KiB"
                + "  2.000  4.000  4.000  4.000"
        )
        #expect(lines[4].hasPrefix("make                 1       1  15.734"))
        #expect(lines[5].hasPrefix("(all)                5       1  78.670"))
        #expect(lines[5].hasSuffix("3.000  9.000  9.000  9.000"))
        #expect(lines.last == "p50 to max: elapsed ms")
    }

    @Test func `losses are reported, and that the figures do not include them`() {
        var summary = Summary(scope: .task)
        summary.add(record("git"))
        summary.add(LostRecords(.kernel(cpu: 1), count: 144))
        summary.add(LostRecords(.queue, count: 3))
        #expect(
            lines(summary)[1]
                == "147 records were lost (144 in the kernel, 3 in the queue): the figures do not include them")
    }

    @Test func `of nothing there is no table`() {
        #expect(
            lines(Summary(scope: .task)) == ["0 tasks (0 processes, 0 failed) ended in 60.0 s"])
    }

    @Test(arguments: [40, 60, 80, 100, 120])
    func `a narrow terminal has fewer columns, and never a longer line`(width: Int) {
        var summary = Summary(scope: .task)
        for elapsed in [1, 1_000_000] as [UInt64] { summary.add(record("git", elapsed: elapsed)) }
        let table = lines(summary, width: width).dropFirst(2).dropLast()
        #expect(table.count == 3)
        #expect(table.allSatisfy { $0.count <= width })
    }

    @Test func `however many names there are, so many are kept apart`() {
        var summary = Summary(scope: .task)
        for number in 1...(Summary.mostGroups + 500) { summary.add(record("name-\(number)")) }
        for _ in 1...10 { summary.add(record("name-1")) }
        #expect(summary.groups.count == Summary.mostGroups)
        #expect(summary.others?.usage.tasks == 500)
        #expect(summary.total.usage.tasks == UInt64(Summary.mostGroups + 510))
        let lines = lines(summary)
        #expect(lines.count == 2 + 1 + SummaryScreen.mostRows + 2 + 1)
        #expect(lines.contains { $0.hasPrefix("(others)          1460") })
    }

    @Test func `a process counts with the sums of its threads, and its own age`() {
        var record = record("java", elapsed: 5_000)
        var sums = SampleRecords.process()
        sums.set(.cpuDelayTotal, to: 99_000_000)
        sums.set(.acEtime, to: 50_000_000)
        record.process = sums
        record.task.set(.acTgetime, to: 9_000_000)
        var processes = Summary(scope: .process)
        processes.add(record)
        #expect(processes.total[.cpuDelayTotal] == 99_000_000)
        #expect(processes.total.elapsed.largest == 9_000_000)
        var tasks = Summary(scope: .task)
        tasks.add(record)
        #expect(tasks.total[.cpuDelayTotal] == 35_120_000)
        #expect(tasks.total.elapsed.largest == 5_000)
    }

    @Test func `many tasks that end before a tick come before one that ran less`() {
        var summary = Summary(scope: .task)
        summary.tick = .milliseconds(4)
        for _ in 1...400 {
            var spin = record("spin", elapsed: 900)
            spin.task.set(.cpuRunVirtualTotal, to: 0)
            spin.task.set(.cpuDelayTotal, to: 0)
            summary.add(spin)
        }
        summary.add(record("git", elapsed: 9_000_000))
        let lines = lines(summary)
        #expect(lines[3].hasPrefix("spin               400       0   0.0–360.4       0.000"))
        #expect(lines[4].hasPrefix("git                  1       0   15.7–19.8      35.120"))
        #expect(lines[5].hasPrefix("(all)              401       0  15.7–380.2      35.120"))
    }

    @Test func `of a process with threads the I/O of the last one is not shown as its own`() {
        var record = record("java", elapsed: 5_000)
        record.process = SampleRecords.process()
        var summary = Summary(scope: .process)
        summary.add(record)
        #expect(summary.total[.readBytes] == nil)
        #expect(summary.total[.cpuDelayMax] == nil)
        let lines = lines(summary)
        #expect(lines[3].split(separator: " ").suffix(6).prefix(2) == ["-", "-"])
        #expect(lines.last?.hasPrefix("+: without the I/O of 1 process") == true)
        summary.add(self.record("java"))
        #expect(self.lines(summary)[3].contains("4.0 KiB+"))
    }

    @Test func `a name that would move the cursor is escaped`() {
        var summary = Summary(scope: .task)
        summary.add(record("a\u{1b}[2J"))
        #expect(lines(summary)[3].hasPrefix("a\\x1b[2J "))
        let json = String(decoding: summary.json(SummaryContext(elapsedMicroseconds: 1)), as: UTF8.self)
        #expect(json.contains(#""command":"a\u001b[2J""#))
    }

    @Test func `as JSON it is one object`() throws {
        var summary = Summary(scope: .task)
        summary.add(record("git", elapsed: 8_000_000, exitcode: 9))
        summary.add(LostRecords(.queue, count: 3))
        let context = SummaryContext(
            elapsedMicroseconds: 7, access: "own", delayAccounting: false, host: "db1", isComplete: true)
        let json = String(decoding: summary.json(context), as: UTF8.self)
        #expect(
            json.hasPrefix(
                #"{"elapsed_us":7,"host":"db1","access":"own","delay_accounting":false,"complete":false,"#
                    + #""lost":{"kernel":0,"queue":3},"gap_us":0,"all":{"tasks":1,"processes":1,"failed":1,"io_withheld":0,"#
                    + #""elapsed":{"p50_us":8000000,"p90_us":8000000,"p99_us":8000000,"max_us":8000000,"exact":true},"#
                    + #""cpu_time_ns":{"lower":15734000,"upper":25734000},"user_time_ns":"#))
        #expect(json.contains(#""uncounted_tasks":0,"of_several_threads":0,"stats":{"cpu_count":1204,"#))
        #expect(json.contains(#""commands":[{"command":"git","tasks":1,"#))
        #expect(json.hasSuffix("}]}"))
    }
}

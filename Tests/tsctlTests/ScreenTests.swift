import Glibc
import TestSupport
import Testing

@testable import Taskstats
@testable import tsctl

/// What people see, with the time zone of the tests' own choice where times of day are shown.
@Suite struct ScreenTests {
    private let plain = Style(isOn: false)

    private func screen(_ record: TaskRecord, id: UInt32 = 812) -> TaskScreen {
        let kind: TaskRow.Kind = record.kind == .task ? .task : .process
        return TaskScreen(
            TaskRow(key: .init(kind: kind, id: id), counters: record), tick: .milliseconds(4), style: plain)
    }

    @Test func `the report of a task says who it is, where it waited and what it used`() {
        let lines = screen(SampleRecords.task(exitcode: 0x0100)).lines(selected: nil)
        #expect(lines[0] == "command           git")
        #expect(lines.contains("user              root (0)"))
        #expect(lines.contains("nice              5"))
        #expect(lines.contains("age               8.123 s"))
        #expect(lines.contains("ended             exit code 1"))
        #expect(lines.contains("waits for             count       total ms  average ms      max ms"))
        #expect(lines.contains("CPU                    1204         35.120       0.029       1.204"))
        #expect(lines.contains("swap-in                   0          0.000           -           -"))
        #expect(lines.contains("reads             12.0 KiB, 1.0 Ki calls, under 1 KiB from storage") == false)
        #expect(lines.contains("reads             12.0 KiB, 1024 calls, under 1 KiB from storage"))
        #expect(lines.contains("writes            2.0 KiB, under 1024 calls, 4.0 KiB to storage"))
        #expect(lines.last == "switches          201 voluntary, 5 involuntary")
    }

    @Test func `what was not counted is left out, never 0`() {
        var record = TaskRecord(kind: .task)
        record.set(.cpuCount, to: 2)
        record.set(.cpuDelayTotal, to: 3_000)
        let lines = screen(record, id: 7).lines(selected: nil)
        #expect(
            lines == [
                "pid               7", "", "waits for             count       total ms  average ms      max ms",
                "CPU                       2          0.003       0.002           -",
            ])
    }

    @Test func `the report of a process has no command but the sum of ages`() {
        let lines = screen(SampleRecords.process()).lines(selected: nil)
        #expect(lines.first == "process           812")
        #expect(lines.contains("age of threads    8.123 s"))
        #expect(!lines.contains { $0.hasPrefix("pid ") || $0.hasPrefix("user") || $0.hasPrefix("memory") })
    }

    @Test func `fields that were named are shown as such, absent ones as a dash`() throws {
        let selection = try FieldSelection(parsing: "nvcsw,cpu_delay_total,irq_delay_max_ts,nvcsw")
        let lines = screen(SampleRecords.task()).lines(selected: selection)
        #expect(
            lines == [
                "field                 value", "nvcsw                   201", "cpu_delay_total   35.120 ms",
                "irq_delay_max_ts          -",
            ])
    }

    @Test func `each unit is shown in its way`() {
        var record = SampleRecords.task(command: "a\u{1b}b")
        record.set(.acNice, to: UInt64(bitPattern: -7))
        record.set(.acExeDev, to: DeviceNumber(major: 254, minor: 3).encoded)
        record.set(.coremem, to: 12)
        let texts: [(Field, String)] = [
            (.acComm, "a\\x1bb"), (.acNice, "-7"), (.acExeDev, "254:3"), (.coremem, "12 MiB*us"), (.acUid, "0"),
            (.acEtime, "8123.456 ms"), (.hiwaterVm, "12.0 MiB"), (.readChar, "12.0 KiB"), (.cpuCount, "1204"),
        ]
        for (field, text) in texts { #expect(FieldText.of(field, in: record) == text) }
        #expect(FieldText.of(.irqDelayMaxTs, in: record) == nil)
    }

    @Test func `a row of watch lines up with its heading`() {
        var screen = WatchScreen(fields: nil, scope: .task, style: plain, width: nil)
        let row = screen.row(SampleRecords.exit(exitcode: 11 | 0x80))
        #expect(
            screen.heading
                == "TIME         CPU     PID    TGID COMMAND         USER     EXIT     ELAPSED ms    RUN ms CPUWAIT ms BLKIO ms   MEM ms"
        )
        #expect(
            row.dropFirst(12)
                == "   1     812     812 git             root     SIGSEGV*     8123.5 15.7–25.8     35.120    4.500    0.000"
        )
        #expect(row.prefix(12).hasSuffix(".123"))
    }

    @Test(arguments: [
        (200, 12), (116, 12), (115, 11), (106, 10), (90, 9), (80, 8), (79, 8), (78, 7), (69, 7), (68, 6), (50, 4),
        (44, 3),
    ])
    func `a narrow terminal has fewer columns`(width: Int, count: Int) {
        #expect(WatchColumn.fitting(width).count == count)
    }

    @Test(arguments: [20, 32, 50, 80, 120], [nil, "ac_comm,cpu_delay_total,nvcsw"])
    func `no line is wider than the terminal`(width: Int, names: String?) throws {
        let fields = try names.map { try FieldSelection(parsing: $0) }
        for times in [TimeFormat.screen, .iso, .utc] {
            var screen = WatchScreen(fields: fields, scope: .task, style: plain, width: width, times: times)
            var record = SampleRecords.exit(pid: 4_194_304, exitcode: 26 | 0x80)
            record.task.set(.acEtime, to: .max)
            let lines = [
                screen.heading, screen.row(record), screen.noticeRow(LossText.of(LostRecords(.queue, count: 9))),
            ]
            for line in lines { #expect(line.unicodeScalars.count <= width, "\(line)") }
        }
    }

    @Test func `named fields are columns of their own`() throws {
        let fields = try FieldSelection(parsing: "ac_comm,cpu_delay_total,nvcsw")
        var screen = WatchScreen(fields: fields, scope: .task, style: plain, width: 80)
        #expect(screen.fields == [.acComm, .cpuDelayTotal, .nvcsw])
        #expect(screen.heading == "TIME         CPU     PID ac_comm         cpu_delay_total    nvcsw")
        let row = screen.row(SampleRecords.exit())
        #expect(row.dropFirst(12) == "   1     812 git                   35.120 ms      201")
    }

    @Test func `a process is shown with the sums of its threads`() {
        var record = SampleRecords.exit()
        var sums = SampleRecords.process()
        sums.set(.cpuDelayTotal, to: 99_000_000)
        sums.set(.acEtime, to: 50_000_000)
        record.process = sums
        record.task.set(.acTgetime, to: 9_000_000)
        var processes = WatchScreen(fields: nil, scope: .process, style: plain, width: nil)
        let row = processes.row(record)
        #expect(row.contains(" 99.000 "))
        #expect(row.contains(" 9000.0 "))
        var tasks = WatchScreen(fields: nil, scope: .task, style: plain, width: nil)
        #expect(tasks.row(record).contains(" 35.120 "))
    }

    @Test func `only failures are marked, and only where there is colour`() {
        var screen = WatchScreen(fields: nil, scope: .task, style: Style(isOn: true), width: nil)
        #expect(screen.row(SampleRecords.exit(exitcode: 0x100)).contains("\u{1b}[31m1       \u{1b}[0m"))
        #expect(!screen.row(SampleRecords.exit()).contains("\u{1b}"))
    }

    @Test func `losses say how many and where`() {
        #expect(
            LossText.of(LostRecords(.kernel(cpu: 1), count: 144))
                == "lost 144 records between the kernel and taskstatsd on CPU 1")
        #expect(
            LossText.of(LostRecords(.queue, count: 1))
                == "lost 1 record between taskstatsd and tsctl, which did not read fast enough")
        #expect(LossText.summary(1, "shown", lost: 0) == "1 record shown, none lost")
        #expect(LossText.summary(12, "shown", lost: 7) == "12 records shown, 7 lost")
    }

    @Test func `the hint is for delays that are not counted`() {
        #expect(DelayAccountingHint.affected.contains(.blkioCount))
        #expect(DelayAccountingHint.affected.contains(.irqDelayMaxTs))
        #expect(!DelayAccountingHint.affected.contains(.cpuDelayTotal))
        #expect(!DelayAccountingHint.affected.contains(.cpuDelayMax))
        #expect(!DelayAccountingHint.affected.contains(.nvcsw))
    }
}

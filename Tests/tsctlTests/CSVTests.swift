import Taskstats
import TestSupport
import Testing

@testable import tsctl

/// Tables as comma-separated values.
@Suite struct CSVTests {
    @Test func `values are quoted where RFC 4180 requires it, and lines end with CR LF`() {
        #expect(CSV.line(["a", nil, "b,c", "d\"e", "f\r\ng", ""]) == "a,,\"b,c\",\"d\"\"e\",\"f\r\ng\",\r")
    }

    @Test func `a name that a spreadsheet takes for a formula is escaped`() {
        for (name, cell) in [
            ("=cmd|'/C x'!A0", "\\x3dcmd|'/C x'!A0"), ("@SUM(1+1)", "\\x40SUM(1+1)"), ("-1", "\\x2d1"),
            ("+1", "\\x2b1"), ("a=1", "a=1"),
        ] {
            var record = TaskRecord(kind: .task)
            record.set(command: Array(name.utf8))
            #expect(Field.acComm.csvValue(in: record, .screen) == cell)
        }
    }

    @Test func `the header names the unit of each raw number`() {
        let names: [(Field, String)] = [
            (.cpuDelayTotal, "cpu_delay_total_ns"), (.acEtime, "ac_etime_us"), (.acBtime, "ac_btime_s"),
            (.cpuDelayMaxTs, "cpu_delay_max_ts_ns"), (.readChar, "read_char_bytes"), (.readBytes, "read_bytes"),
            (.hiwaterRss, "hiwater_rss_kib"), (.coremem, "coremem_mib_us"), (.nvcsw, "nvcsw"), (.acUid, "ac_uid"),
        ]
        for (field, name) in names { #expect(field.csvName(.screen) == name) }
        #expect(Field.acBtime.csvName(.utc) == "ac_btime")
    }

    @Test func `a row has the raw values, and nothing where the record lacks one`() throws {
        let fields = try FieldSelection(parsing: "ac_comm,cpu_delay_total,ac_nice,irq_delay_max_ts")
        let csv = ExitCSV(fields: fields, scope: .task, times: .screen)
        #expect(
            csv.heading
                == "time_ns,cpu,pid,tgid,exit_code,exit_signal,core_dumped,ac_comm,cpu_delay_total_ns,ac_nice,"
                + "irq_delay_max_ts_ns\r")
        let record = SampleRecords.exit(command: "a,\"b\u{1b}", exitcode: 11 | 0x80)
        #expect(csv.row(record) == "1795400000123456789,1,812,812,,SIGSEGV,true,\"a,\"\"b\\x1b\",35120000,5,\r")
        let utc = ExitCSV(fields: fields, scope: .task, times: .utc)
        #expect(utc.heading.hasPrefix("time,cpu,"))
        #expect(utc.row(SampleRecords.exit()).hasPrefix("2026-11-23T02:13:20.123456789Z,1,812,812,0,,,git,"))
    }

    @Test func `a process has the sums of its threads`() throws {
        var record = SampleRecords.exit()
        record.process = SampleRecords.process()
        record.process?.set(.cpuDelayTotal, to: 99)
        let csv = ExitCSV(
            fields: try FieldSelection(parsing: "cpu_delay_total"), scope: .process, times: .screen)
        #expect(csv.row(record).hasSuffix(",0,,,99\r"))
    }

    @Test func `rows of get say what they stand for, and rows of intervals when and for how long`() {
        let task = TaskRow(key: .init(kind: .task, id: 7), counters: SampleRecords.task(pid: 7))
        let tick = Duration.milliseconds(4)
        let totals = TaskCSV(fields: nil, hasTime: false, tick: tick, times: .screen)
        #expect(
            totals.heading.hasPrefix("kind,id,cpu_time_lower_ns,cpu_time_upper_ns,ac_uid,cpu_delay_total_ns,"))
        #expect(
            totals.row(task, at: 0, intervalMicroseconds: 0)
                .hasPrefix("task,7,15734000,19734000,0,35120000,4500000,"))
        let intervals = TaskCSV(fields: nil, hasTime: true, tick: tick, times: .screen)
        #expect(intervals.heading.hasPrefix("time_ns,interval_us,kind,id,ac_uid,cpu_run_virtual_total_ns,"))
        #expect(intervals.row(task, at: 5, intervalMicroseconds: 6).hasPrefix("5,6,task,7,0,15734000,"))
    }

    @Test func `a process some of whose threads have ended has no sum of what these counted`() {
        var sums = SampleRecords.process()
        sums.set(.cpuCount, to: 9)
        var thread = SampleRecords.task(pid: 7)
        thread.set(.cpuCount, to: 8)
        var row = TaskRow(key: .init(kind: .process, id: 7), counters: sums)
        row.threads = .several(ProcessThreads([7: thread], sums: sums))
        let csv = TaskCSV(
            fields: try? FieldSelection(parsing: "write_bytes,cpu_count"), hasTime: false, tick: .milliseconds(4),
            times: .screen)
        #expect(csv.row(row, at: 0, intervalMicroseconds: 0) == "process,7,,9\r")
    }

    @Test func `a summary has a row for each command`() {
        var summary = Summary(scope: .task)
        summary.add(SampleRecords.exit(command: "git"))
        summary.add(SampleRecords.exit(command: "git", exitcode: 0x100))
        summary.add(SampleRecords.exit(command: ""))
        let lines = SummaryCSV.lines(summary)
        #expect(lines.count == 3)
        #expect(
            lines[0].hasPrefix(
                "command,tasks,processes,failed,of_several_threads,cpu_time_lower_ns,cpu_time_upper_ns,cpu_delay_"))
        #expect(
            lines[0].hasSuffix(",read_bytes,write_bytes,elapsed_p50_us,elapsed_p90_us,elapsed_p99_us,elapsed_max_us\r"))
        #expect(lines[1].hasPrefix("git,2,2,1,0,31468000,51468000,70240000,9000000,"))
        #expect(lines[1].hasSuffix(",0,8192,8123456,8123456,8123456,8123456\r"))
        #expect(lines[2].hasPrefix(",1,1,0,"))
    }

    @Test func `rows of top say in which interval, and how a process ended`() {
        var row = TopRow(id: 7, identity: .init(SampleRecords.task()), spent: TimeSpent(SampleRecords.task()))
        row.end = TopRow.End(status: .code(3), ageMicroseconds: 9)
        (row.parent, row.traffic) = (1, StorageTraffic(read: 1_024))
        let interval = TopInterval(
            microseconds: 6, time: 5, rows: [row], ended: 1, failed: 1, lost: 0, omitted: 0, isPartial: false)
        let csv = TopCSV(subject: .process, times: .screen)
        #expect(
            csv.heading.hasPrefix(
                "time_ns,interval_us,tgid,command,uid,ppid,ended,exit_code,exit_signal,core_dumped,cpu_"))
        #expect(csv.heading.hasSuffix(",read_bytes,write_bytes\r"))
        let line = csv.lines(interval, [row])[0]
        #expect(line.hasPrefix("5,6,7,git,0,1,true,3,,,15734000,15734000,35120000,4500000,"))
        #expect(line.hasSuffix(",1024,0\r"))
    }
}

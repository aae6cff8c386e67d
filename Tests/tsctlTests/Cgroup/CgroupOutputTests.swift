import CommandSupport
import TestSupport
import Testing

@testable import Taskstats
@testable import tsctl

/// The output for a cgroup, for people and for programs.
@Suite struct CgroupOutputTests {
    private let cgroup = Cgroup(directory: "/sys/fs/cgroup/a \"b\"\u{1b}", path: "/a \"b\"\u{1b}")
    private let plain = Style(isOn: false)

    /// Two processes, one with two threads, and one of each kind that is missing.
    private var sample: CgroupSample {
        var sample = CgroupSample()
        (sample.time, sample.cgroups) = (1_795_400_000_123_456_789, 3)
        for id in [1, 2] as [UInt32] {
            var row = TaskRow(key: .init(kind: .process, id: id), counters: SampleRecords.process())
            row.leader = SampleRecords.task(pid: UInt64(id))
            if id == 2 {
                let thread = SampleRecords.task()
                row.threads = .several(ProcessThreads([2: thread, 3: thread], sums: row.counters))
            }
            sample.usage.add(row, tick: .milliseconds(4))
        }
        sample.pressure[.cpu] = .init(
            PressureReport(parsing: "some avg10=1.50 avg60=0.25 avg300=0.00 total=2500\nfull avg10=0.00 total=0\n"))
        return sample
    }

    private func lines(_ sample: CgroupSample) -> [String] {
        CgroupSumsScreen(cgroup: cgroup, sample: sample, style: plain).lines
    }

    private func json(_ sample: CgroupSample) -> String {
        let server = ServerInfo(delayAccounting: true, limits: ServiceLimits(queueBytes: 1, connectionsPerUID: 1))
        return String(decoding: sample.json(of: cgroup, server: server), as: UTF8.self)
    }

    @Test func `the report has the sums, the pressure and what is missing`() {
        var sample = sample
        sample.missing = .init(withheld: 2, ended: 1)
        sample.unreadableCgroups = 1
        sample.lackingThreads = 1
        let lines = lines(sample)
        #expect(
            lines.prefix(6) == [
                "cgroup            /a \"b\"\\x1b", "cgroups below     2", "counted           2 processes, 3 threads",
                "not counted       2 processes which you may not see",
                "not counted       1 process which ended meanwhile",
                "not counted       the processes of 1 cgroup, which cannot be read",
            ])
        #expect(lines.contains("CPU                    2408         70.240       0.029       1.204"))
        #expect(lines.contains { $0.hasPrefix("CPU time          31.4–") })
        #expect(lines.contains("largest process   5.1 MiB peak resident, 12.0 MiB peak virtual"))
        #expect(lines.contains("page faults       903 minor, 6 major"))
        #expect(lines.contains("writes            6.0–9.0 KiB, under 3072 calls, 12.0–15.0 KiB to storage"))
        #expect(lines.contains("pressure               10 s       60 s      300 s     total ms"))
        #expect(lines.contains("CPU, some            1.50 %     0.25 %     0.00 %        2.500"))
        #expect(lines.contains("CPU, full            0.00 %          -          -        0.000"))
        #expect(
            lines.last
                == "note              I/O, page faults and longest waits of 1 process may be without those of ended threads"
        )
    }

    @Test func `a cgroup without processes has no figures, and says if pressure cannot be read`() {
        var sample = CgroupSample()
        sample.cgroups = 1
        #expect(
            lines(sample) == [
                "cgroup            /a \"b\"\\x1b", "counted           0 processes", "",
                "note              the pressure of this cgroup cannot be read",
            ])
    }

    @Test func `waits that are no facts are left out and counted`() {
        var sample = sample
        var record = SampleRecords.process()
        record.setAside(WaitKind.blkio.fields)
        record.hasUncountedDelays = true
        sample.usage.add(TaskRow(key: .init(kind: .process, id: 9), counters: record), tick: .milliseconds(4))
        #expect(sample.usage.stats[.blkioDelayTotal] == 9_000_000)
        let text = lines(sample).joined(separator: "\n")
        #expect(text.contains("3 waits of 1 process omitted"))
        #expect(text.contains("waits of 1 process not counted, except for a CPU"))
        #expect(json(sample).contains(#""implausible":{"waits":3,"tasks":1},"uncounted_tasks":1,"#))
    }

    @Test func `JSON has everything`() {
        var sample = sample
        sample.missing = .init(withheld: 2, ended: 1)
        let text = json(sample)
        #expect(
            text.hasPrefix(
                #"{"cgroup":"/a \"b\"\u001b","directory":"/sys/fs/cgroup/a \"b\"\u001b","time":1795400000123456789,"#
                    + #""access":"all","delay_accounting":true,"cgroups":3,"cgroups_unreadable":0,"processes":2,"threads":3,"#
                    + #""complete":false,"missing_processes":{"withheld":2,"ended":1,"outside_pid_namespace":0,"failed":0},"#
                    + #""may_lack_threads":0,"cpu_time_ns":{"lower":31468000,"#))
        #expect(text.contains(#""cpu_delay_total":70240000"#))
        #expect(
            text.hasSuffix(
                #""pressure":{"cpu":{"some":{"avg10":1.50,"avg60":0.25,"avg300":0.00,"total_us":2500},"#
                    + #""full":{"avg10":0.00,"total_us":0}}}}"#))
    }

    @Test func `an interval in JSON has its length and its changes`() {
        var sample = sample
        sample.intervalMicroseconds = 2_000_000
        sample.missing = .init(left: 3, joined: 4)
        sample.pressure[.cpu]?.some = 500
        let text = json(sample)
        #expect(text.contains(#""time":1795400000123456789,"interval_us":2000000,"#))
        #expect(text.contains(#""failed":0,"left":3,"joined":4}"#))
        #expect(text.contains(#""total_us":2500,"change_us":500}"#))
        #expect(!text.contains("cpu_time_ns"))
    }

    @Test func `rows of intervals have rates, and the number of processes that are missing`() {
        var sample = sample
        sample.intervalMicroseconds = 2_000_000
        sample.missing = .init(left: 3)
        sample.pressure[.cpu]?.some = 500_000
        let table = CgroupTable(style: plain, width: nil, times: .screen)
        #expect(
            table.heading
                == "TIME      PROCS THREADS MISSED   RUN % CPUWAIT % BLKIO %  SWAP % RECLAIM % THRASH % COMPACT %   COW %"
                + "   IRQ %  READ/s WRITE/s PSI CPU %  PSI IO % PSI MEM %")
        #expect(
            table.row(sample).dropFirst(12)
                == "  2       3      3     1.5       3.5     0.4     0.0       0.0      0.0       0.0     0.0     0.0       0"
                + "    6.0K      25.0         -         -")
    }

    @Test(arguments: [(80, 9), (100, 11), (40, 6), (10, 6)])
    func `a narrow terminal has fewer columns`(width: Int, columns: Int) {
        let table = CgroupTable(style: plain, width: width, times: .screen)
        var sample = sample
        sample.intervalMicroseconds = 2_000_000
        #expect(table.row(sample).split(separator: " ").count == columns)
        if width >= 80 { #expect(PrintableText.width(table.heading) <= width) }
    }
}

import TaskstatsModel
import TaskstatsProtocol
import TestSupport
import Testing

@testable import Taskstats
@testable import tsctl

/// The report of `run`, for people and for programs.
@Suite struct RunReportTests {
    private func server(
        _ access: AccessTier = .all, delayAccounting: Bool? = true, version: Int = 16
    ) -> ServerInfo {
        ServerInfo(
            server: "taskstatsd/0.1.0", instance: "9f0c", kernelRelease: "6.18.44", taskstatsVersion: version,
            possibleCPUs: "0-1", onlineCPUs: "0-1", delayAccounting: delayAccounting, uid: 1_000, access: access,
            limits: ServiceLimits(queueBytes: 8_388_608, connectionsPerUID: 32))
    }

    private func outcome(children: Int = 1) -> RunOutcome {
        var outcome = RunOutcome()
        outcome.elapsedMicroseconds = 2_000_000
        let command = ended(
            10, parent: 1, command: "make",
            [
                (.cpuCount, 4), (.cpuDelayTotal, 2_000_000), (.cpuDelayMax, 900_000),
                (.cpuRunVirtualTotal, 500_000_000),
                (.acUtime, 300_000), (.acStime, 100_000), (.nvcsw, 3), (.readBytes, 0), (.writeBytes, 8_192),
            ])
        outcome.own.add(command)
        outcome.family.add(command)
        for child in 0..<children {
            let values: [(Field, UInt64)] = [
                (.cpuCount, 1), (.cpuDelayTotal, 500_000), (.cpuDelayMax, 500_000), (.cpuRunVirtualTotal, 0),
                (.nvcsw, 1), (.readBytes, 0), (.writeBytes, 0),
            ]
            outcome.family.add(ended(UInt32(20 + child), parent: 10, command: "cc", exit: .code(1), values))
        }
        outcome.isCommandSeen = true
        outcome.living = 0
        return outcome
    }

    private func lines(_ outcome: RunOutcome, _ server: ServerInfo, command: [String] = ["make", "-j4"]) -> [String] {
        RunReport(outcome, of: command, server: server, style: Style(isOn: false)).lines
    }

    @Test func `the totals are shown next to the command alone`() {
        #expect(
            lines(outcome(), server()) == [
                "command           make -j4",
                "ended             exit code 0",
                "elapsed           2.000 s, 25–26 % of one CPU",
                "counted           2 processes, 1 failed",
                "",
                "waits for             count       total ms  average ms      max ms  command alone ms",
                "CPU                       5          2.500       0.500       0.900             2.000",
                "",
                "used                                  in all     command alone",
                "CPU time                      500.0–520.0 ms        500.000 ms",
                "  user                            375.000 ms        375.000 ms",
                "  system                          125.000 ms        125.000 ms",
                "from storage                   under 2.0 KiB     under 1.0 KiB",
                "to storage                      8.0–10.0 KiB           8.0 KiB",
                "voluntary switches                         4                 3",
                "",
                "COMMAND  PROCESSES  FAILED    RUN ms  CPUWAIT ms  BLKIO ms           READ          WRITE",
                "make             1       0   500.000       2.000         -  under 1.0 KiB        8.0 KiB",
                "cc               1       1  0.0–10.0       0.500         -  under 1.0 KiB  under 1.0 KiB",
            ])
    }

    @Test func `a command without children has one column`() {
        let lines = lines(outcome(children: 0), server())
        #expect(lines.contains("counted           1 process"))
        #expect(lines.contains("waits for             count       total ms  average ms      max ms"))
        #expect(lines.contains("voluntary switches                         3"))
    }

    @Test func `a word of the command cannot reach the terminal`() {
        #expect(lines(outcome(), server(), command: ["a\u{1b}[2J"])[0] == "command           a\\x1b[2J")
    }

    @Test func `whatever is missing is noted`() {
        var outcome = outcome()
        (outcome.lost, outcome.living, outcome.unlinked) = (144, 1, 7)
        let notes = lines(outcome, server(.own, delayAccounting: false)).filter { $0.hasPrefix("note") }
        #expect(
            notes.map { String($0.dropFirst(18)) } == [
                "144 records lost on this machine: the figures may be too low",
                "1 descendant still running at the end, not counted",
                "7 tasks with unknown parents ended in the meantime; they may belong to the command, but are not counted",
                "only tasks that ended as your own user are included",
                DelayAccountingHint.text,
            ])
        #expect(!outcome.isComplete)
    }

    @Test func `a broken connection and a command that was not seen are noted`() {
        var outcome = outcome()
        outcome.isCommandSeen = false
        #expect(lines(outcome, server()).last?.contains("the record of the command is missing") == true)
        outcome.connectionError = .disconnected
        let notes = lines(outcome, server()).filter { $0.hasPrefix("note") }
        #expect(notes.count == 1)
        #expect(
            notes[0].contains(
                "the last tasks that ended may not be counted, because the connection to taskstatsd failed: lost the connection"
            ))
        outcome.countedMicroseconds = 1_500_000
        #expect(
            lines(outcome, server()).last?.contains(
                "tasks that ended in the last 500.000 ms of the command are not counted, because ") == true)
    }

    @Test func `tasks with unknown parents are noted for root too`() {
        var outcome = outcome()
        outcome.unlinked = 2
        #expect(
            lines(outcome, server()).last
                == "note              2 tasks with unknown parents ended in the meantime; they may belong to the command, but are not counted"
        )
    }

    @Test func `counters that were withheld are not shown as nothing`() {
        var outcome = RunOutcome()
        var record = ended(10, parent: 1, exit: .signal(11, coreDumped: true))
        record.redacted = [.io]
        outcome.family.add(record)
        (outcome.own, outcome.isCommandSeen) = (outcome.all, true)
        outcome.status = .signal(11, coreDumped: true)
        let lines = lines(outcome, server(.own))
        #expect(lines[1] == "ended             killed by SIGSEGV, core dumped")
        #expect(lines.contains("from storage                      withheld"))
        #expect(lines.contains { $0.contains("I/O of 1 of 1 task is withheld from you") })
    }

    @Test func `on kernels that do not distinguish threads from processes, tasks are counted`() {
        #expect(lines(outcome(), server(version: 8)).contains("counted           2 tasks"))
    }

    @Test func `JSON has the kernel's names, exact numbers, and what is missing`() {
        var outcome = outcome()
        outcome.status = .signal(9, coreDumped: false)
        outcome.lost = 2
        let json = outcome.json(of: ["a", "\u{1b}é"], server: server(.own, delayAccounting: nil))
        #expect(ReferenceJSON.validate(json) == .valid)
        let expected = [
            #"{"command":["a","\u001b\u00e9"],"exit":{"signal":9,"name":"SIGKILL","core":false},"#,
            #""elapsed_us":2000000,"access":"own","complete":false,"lost":2,"still_running":0,"#,
            #""of_unknown_parents":0,"all":{"processes":2,"tasks":2,"failed":1,"io_withheld":0,"#,
            #""cpu_time_ns":{"lower":500000000,"upper":520000000},"#,
            #""user_time_ns":{"lower":375000000,"upper":382500000},"#,
            #""system_time_ns":{"lower":125000000,"upper":127500000},"implausible":{"waits":0,"tasks":0},"uncounted_tasks":0,"stats":"#,
            #"{"cpu_count":5,"cpu_delay_total":2500000,"cpu_run_virtual_total":500000000,"ac_utime":300000,"#,
            #""ac_stime":100000,"read_bytes":0,"write_bytes":8192,"nvcsw":4,"cpu_delay_max":900000}},"#,
            #""own":{"processes":1,"tasks":1,"failed":0,"io_withheld":0,"#,
            #""cpu_time_ns":{"lower":500000000,"upper":510000000},"#,
            #""user_time_ns":{"lower":375000000,"upper":382500000},"#,
            #""system_time_ns":{"lower":125000000,"upper":127500000},"implausible":{"waits":0,"tasks":0},"uncounted_tasks":0,"stats":"#,
            #"{"cpu_count":4,"cpu_delay_total":2000000,"cpu_run_virtual_total":500000000,"ac_utime":300000,"#,
            #""ac_stime":100000,"read_bytes":0,"write_bytes":8192,"nvcsw":3,"cpu_delay_max":900000}},"#,
            #""commands":[{"command":"make","processes":1,"tasks":1,"failed":0,"io_withheld":0,"#,
        ]
        #expect(String(decoding: json, as: UTF8.self).hasPrefix(expected.joined()))
    }
}

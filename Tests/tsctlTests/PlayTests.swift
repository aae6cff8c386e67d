import Glibc
import LinuxSystem
import Taskstats
import TaskstatsProtocol
import TestSupport
import Testing

/// The built `tsctl play` on recordings made by hand.
@Suite(.timeLimit(.minutes(1))) struct PlayTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func play(_ arguments: [String], output: ChildProcess.Output = .pipe) throws -> ChildProcess.Result {
        try ChildProcess(
            ChildProcess.product("tsctl"), ["play"] + arguments,
            environment: ["TZ": "UTC", "PATH": "/usr/bin:/bin"], output: output
        ).finish()
    }

    private func file(_ bytes: [UInt8], _ name: String = "recording") throws -> String {
        let path = directory.file(name)
        let file = try unsafe Descriptor(open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600), of: "open")
        #expect(unsafe write(file.number, bytes, bytes.count) == bytes.count)
        return path
    }

    private func header(_ change: (inout Subscription) -> Void = { _ in }) -> [UInt8] {
        var subscription = Subscription()
        change(&subscription)
        let hello = ServerInfo(
            server: "taskstatsd/0.1.0", instance: "9f0c", kernelRelease: "6.18.44", taskstatsVersion: 16,
            possibleCPUs: "0-3", onlineCPUs: "0-1", delayAccounting: true, uid: 1_000, access: .own,
            limits: ServiceLimits(queueBytes: 0, connectionsPerUID: 0))
        return RecordingHeader(
            host: "db1", start: 1_795_399_990_123_456_789, server: hello, subscription: subscription
        ).line.array
    }

    private func exit(_ record: ExitRecord) -> [UInt8] {
        var line = ByteBuffer(capacity: 4_096)
        RecordEncoder.appendExitLine(record, fields: .all, redacted: [], to: &line)
        return line.array
    }

    private func footer(exits: UInt64, lost: UInt64 = 0) -> [UInt8] {
        RecordingFooter(time: 1_795_400_050_123_456_789, reason: "signal", exits: exits, lost: lost).line.array
    }

    private func loss(_ place: LostRecords.Place, _ count: UInt64) -> [UInt8] {
        ServerLine.lost(LostRecords(place, count: count)).array
    }

    private var three: [UInt8] {
        header() + exit(SampleRecords.exit(pid: 1)) + exit(SampleRecords.exit(pid: 2, command: "make", exitcode: 0x200))
            + loss(.kernel(cpu: 1), 144) + exit(SampleRecords.exit(pid: 3)) + footer(exits: 3, lost: 144)
    }

    @Test func `it shows what watch would have shown, losses in their places`() throws {
        let run = try play([try file(three)])
        #expect(run.status == 0)
        let lines = run.output.split(separator: "\n")
        #expect(lines.count == 4)
        #expect(lines[0].hasPrefix("TIME         CPU     PID"))
        #expect(lines[2].hasPrefix("02:13:20.123   1       2       2 make"))
        #expect(run.errors == "tsctl: lost 144 records between the kernel and taskstatsd on CPU 1\n")
    }

    @Test func `times are RFC 3339 with --utc and --iso`() throws {
        let path = try file(three)
        let utc = try play([path, "--utc"])
        #expect(utc.output.split(separator: "\n")[1].hasPrefix("2026-11-23T02:13:20.123Z   1 "))
        let iso = try play([path, "--iso", "--fields", "ac_btime"])
        #expect(iso.output.split(separator: "\n")[1].hasPrefix("2026-11-23T02:13:20.123+00:00   1 "))
        #expect(iso.output.contains(" 2026-11-23T02:13:20+00:00"))
        #expect(try play([path, "--utc", "--iso"]).status == 64)
        #expect(try play([path, "--utc", "--json"]).status == 64)
    }

    @Test func `as CSV it has a header and raw numbers, and losses on standard error`() throws {
        let run = try play([try file(three), "--csv", "--utc", "--fields", "ac_comm,ac_etime"])
        #expect(run.status == 0)
        let lines = run.output.split(separator: "\r\n")
        #expect(lines.count == 4)
        #expect(lines[0] == "time,cpu,pid,tgid,exit_code,exit_signal,core_dumped,ac_comm,ac_etime_us")
        #expect(lines[2] == "2026-11-23T02:13:20.123456789Z,1,2,2,2,,,make,8123456")
        #expect(run.errors == "tsctl: lost 144 records between the kernel and taskstatsd on CPU 1\n")
        let summary = try play([try file(three), "--csv", "--summary"])
        #expect(summary.output.split(separator: "\r\n").count == 3)
        #expect(summary.errors.hasPrefix("tsctl: 144 records were lost (144 in the kernel, 0 in the queue)"))
    }

    @Test func `as JSON it repeats the params as they came`() throws {
        let odd = #"{"jsonrpc":"2.0","method":"exit","params":{ "cpu":1,"pid":9,"new":{"a":[1]},"stats":{} }}"# + "\n"
        let run = try play([
            try file(header() + Array(odd.utf8) + loss(.queue, 37) + footer(exits: 1, lost: 37)), "--json",
        ])
        #expect(run.status == 0)
        #expect(
            run.output == #"{ "cpu":1,"pid":9,"new":{"a":[1]},"stats":{} }"# + "\n"
                + #"{"lost":{"where":"queue","count":37}}"#
                + "\n")
        #expect(run.errors == "")
    }

    @Test(
        arguments: [
            (["--failed"], [2]), (["--comm", "g*"], [1, 3]), (["--uid", "root"], [1, 2, 3]), (["--uid", "7"], []),
            (["--longer-than", "9s"], []), (["--longer-than", "8s"], [1, 2, 3]), (["--cpus", "0"], []),
            (["--cpus", "0-1", "--filter", "exit=ok"], [1, 3]), (["--scope", "process"], [1, 2, 3]),
        ] as [([String], [Int])])
    func `conditions are those of watch`(arguments: [String], pids: [Int]) throws {
        let run = try play([try file(three), "--json", "--fields", "nvcsw"] + arguments)
        #expect(run.status == 0, "\(run.errors)")
        let exits = run.output.split(separator: "\n").filter { !$0.contains("lost") }
        #expect(exits.count == pids.count)
        for (line, pid) in zip(exits, pids) {
            #expect(line.contains(#""pid":\#(pid),"#))
            #expect(line.hasSuffix(#""stats":{"nvcsw":201}}"#))
        }
        // A loss of a CPU that was not asked for says nothing.
        #expect(run.output.contains("144") == !arguments.contains("0"))
    }

    @Test func `a thread that is not its process's last is passed over when processes are wanted`() throws {
        var thread = SampleRecords.exit(pid: 5)
        thread.isLast = false
        let path = try file(header() + exit(thread) + exit(SampleRecords.exit(pid: 6)) + footer(exits: 2))
        #expect(try play([path, "--json", "--scope", "process"]).output.split(separator: "\n").count == 1)
    }

    @Test func `a recording of processes is shown as processes`() throws {
        var record = SampleRecords.exit()
        record.process = SampleRecords.process()
        record.process?.set(.cpuDelayTotal, to: 99_000_000)
        let run = try play([try file(header { $0.scope = .process } + exit(record) + footer(exits: 1))])
        #expect(run.output.contains(" 99.000 "))
    }

    @Test func `it can be summed up, and says where and for how long was recorded`() throws {
        let run = try play([try file(three), "--summary"])
        #expect(run.status == 0)
        #expect(
            run.output.hasPrefix(
                "3 tasks (3 processes, 1 failed) ended on db1 in 60.0 s\n"
                    + "144 records were lost (144 in the kernel, 0 in the queue): the figures do not include them\n"))
        let json = try play([try file(three), "--summary", "--json"]).output
        #expect(
            json.hasPrefix(
                #"{"elapsed_us":60000000,"host":"db1","access":"own","delay_accounting":true,"complete":false,"#))
    }

    @Test func `two recordings one after the other are one`() throws {
        let run = try play([try file(three + three), "--json"])
        #expect(run.status == 0)
        #expect(run.output.split(separator: "\n").count == 8)
        #expect(run.errors == "")
    }

    @Test(arguments: [1, 10, 200])
    func `a truncated last line is reported, but is not a failure`(bytes: Int) throws {
        let whole = header() + exit(SampleRecords.exit(pid: 1))
        let run = try play([try file(whole + exit(SampleRecords.exit(pid: 2)).prefix(bytes)), "--json"])
        #expect(run.status == 0)
        #expect(run.output.split(separator: "\n").count == 1)
        #expect(
            run.errors == "tsctl: line 3, the last one, is truncated\n"
                + "tsctl: the recording is truncated; its last record is from 2026-11-23 02:13:20\n")
    }

    @Test func `a last line that lacks only its end is shown`() throws {
        let run = try play([try file(header() + exit(SampleRecords.exit(pid: 1)).dropLast()), "--json"])
        #expect(run.output.split(separator: "\n").count == 1)
        #expect(run.errors.split(separator: "\n").count == 1)
    }

    @Test func `damaged lines are reported with their numbers, the others are shown, and the status is 1`() throws {
        let bad = Array(#"{"jsonrpc":"2.0","method":"exit","params":{"pid":"x"}}"#.utf8) + [10]
        let path = try file(
            header() + exit(SampleRecords.exit(pid: 1)) + bad + exit(SampleRecords.exit(pid: 2)) + [0xff, 10]
                + [UInt8](repeating: 0x20, count: 70_000) + [10] + exit(SampleRecords.exit(pid: 3)) + footer(exits: 3))
        let run = try play([path, "--json"])
        #expect(run.status == 1)
        #expect(run.output.split(separator: "\n").count == 3)
        let errors = run.errors.split(separator: "\n")
        #expect(errors.count == 4)
        #expect(errors[0].hasPrefix("tsctl: line 3: unexpected text at byte "))
        #expect(errors[1].hasPrefix("tsctl: line 5: unexpected text at byte 0"))
        #expect(errors[2] == "tsctl: line 6: longer than 65536 bytes")
        #expect(errors[3] == "tsctl: 3 damaged places; the undamaged records were shown")
    }

    @Test func `a line without its CPU is an error of that line`() throws {
        let line = Array(#"{"jsonrpc":"2.0","method":"exit","params":{"seq":1,"pid":7,"stats":{}}}"#.utf8) + [10]
        let path = try file(header() + line + exit(SampleRecords.exit(pid: 2)))
        let run = try play([path, "--cpus", "0", "--json"])
        #expect(run.status == 1)
        #expect(run.output == "")
        #expect(run.errors.hasPrefix("tsctl: line 2: exit without a CPU\n"))
    }

    @Test func `missing lines of a recording are reported`() throws {
        let run = try play([try file(header() + exit(SampleRecords.exit()) + footer(exits: 3, lost: 7)), "--json"])
        #expect(run.status == 1)
        #expect(
            run.errors.hasPrefix("tsctl: the footer counts 3 exits and 7 lost, but the recording contains 1 and 0\n"))
    }

    @Test func `conditions on fields that were not recorded are refused, columns only cause a message`() throws {
        let path = try file(header { $0.fields = [.acComm] } + exit(SampleRecords.exit()) + footer(exits: 1))
        let refused = try play([path, "--uid", "0"])
        #expect(refused.status == 1)
        #expect(refused.errors == "tsctl: the recording lacks ac_uid, which the conditions need\n")
        let shown = try play([path, "--fields", "ac_comm,nvcsw"])
        #expect(shown.status == 0)
        #expect(shown.errors == "tsctl: the recording lacks nvcsw\n")
        // The exit status is separate from the fields.
        #expect(try play([path, "--failed"]).status == 0)
    }

    @Test(arguments: ["", "hello\n", "{\n", "\u{0}\u{1}\n\n", #"{"pid":1}"# + "\n"])
    func `a file that is not a recording is an error`(text: String) throws {
        let path = try file(Array(text.utf8))
        let run = try play([path])
        #expect(run.status == 1)
        #expect(
            run.errors.hasSuffix(
                "tsctl: \(path) is not a recording of tsctl (use --raw for the output of getdelays -w)\n"))
    }

    @Test func `a missing file is an error`() throws {
        #expect(
            try play(["/nonexistent"])
                == .init(status: 1, output: "", errors: "tsctl: cannot read /nonexistent: No such file or directory\n"))
    }

    @Test(arguments: [["zstd", "-q"], ["gzip"]], ["whole", "cut off"])
    func `compressed recordings are known by what is in them`(compress: [String], end: String) throws {
        let many = header() + (1...2_000).flatMap { exit(SampleRecords.exit(pid: $0)) } + footer(exits: 2_000)
        let plain = try file(many, "plain")
        let cut = end == "whole" ? "cat" : "head -c 2000"
        let path = directory.file("compressed")
        let made = try ChildProcess(
            "/bin/sh", ["-c", #""$@" <\#(plain) | \#(cut) >\#(path)"#, "sh"] + compress + ["-c"],
            environment: ["PATH": "/usr/bin:/bin"]
        ).finish()
        #expect(made.status == 0)
        let run = try play([path, "--json"])
        if end == "whole" {
            #expect(run.status == 0)
            #expect(run.output.split(separator: "\n").count == 2_000)
        } else {
            #expect(run.status == 0)
            #expect(run.errors.contains("tsctl: the recording is truncated"))
        }
    }

    @Test func `a full disk is one line and status 1`() throws {
        let run = try play(
            [try file(header() + exit(SampleRecords.exit()) + footer(exits: 1))], output: .file("/dev/full"))
        #expect(run.status == 1)
        #expect(run.errors == "tsctl: cannot write to standard output: No space left on device\n")
    }

    // MARK: Bare records

    private func raw(_ version: UInt16, pids: ClosedRange<UInt64>) -> [UInt8] {
        pids.flatMap { pid in
            MessageBuilder.taskstats(
                version: version, command: "git",
                [
                    .acPid: pid, .acTgid: pid, .acUid: 65_534, .acFlag: 0x20, .acExitcode: (pid % 2) << 8,
                    .acEtime: 5_000,
                    .acBtime: 1_795_400_000, .cpuCount: 2,
                ]) + [0, 0, 0, 0]
        }
    }

    @Test(arguments: 2...17 as ClosedRange<UInt16>)
    func `what getdelays wrote is shown, of every version`(version: UInt16) throws {
        let run = try play(["--raw", try file(raw(version, pids: 1...4)), "--failed"])
        #expect(run.status == 0, "\(run.errors)")
        let lines = run.output.split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines[1].hasPrefix("02:13:20.005   -       1 "))
        #expect(lines[1].contains(" git             nobody   1 "))
    }

    @Test func `raw records have neither a CPU nor a sequence number`() throws {
        let path = try file(raw(16, pids: 1...1))
        let run = try play(["--raw", path, "--json", "--fields", "ac_comm"])
        #expect(
            run.output
                == #"{"time":1795400000005000000,"pid":1,"tgid":1,"last":true,"exit":{"code":1},"stats":{"ac_comm":"git"}}"#
                + "\n")
        #expect(try play(["--raw", path, "--cpus", "0"]).status == 64)
    }

    @Test func `processes cannot be distinguished from threads in old raw records, which is reported`() throws {
        let run = try play(["--raw", try file(raw(8, pids: 1...4)), "--scope", "process"])
        #expect(run.status == 0)
        #expect(run.output.split(separator: "\n").count == 1)
        #expect(run.errors.hasPrefix("tsctl: 4 records do not show whether a process ended"))
    }

    @Test func `damage among raw records is reported with its offset, and the status is 1`() throws {
        let path = try file(raw(16, pids: 1...2) + [1, 2, 3] + raw(16, pids: 3...4))
        let run = try play(["--raw", path, "--json"])
        #expect(run.status == 1)
        #expect(run.output.split(separator: "\n").count == 4)
        #expect(
            run.errors == "tsctl: 3 bytes at offset 1128 are not a record\n"
                + "tsctl: 1 damaged place; the undamaged records were shown\n")
    }
}

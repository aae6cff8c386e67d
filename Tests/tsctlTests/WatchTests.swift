import Glibc
import LinuxSystem
import Taskstats
import TaskstatsProtocol
import TestSupport
import Testing

/// The built `tsctl watch` against a daemon that follows a script.
@Suite(.timeLimit(.minutes(1))) struct WatchTests {
    private func watch(
        _ arguments: [String] = [], socket: String, output: ChildProcess.Output = .pipe
    ) throws -> ChildProcess {
        try ChildProcess(
            ChildProcess.product("tsctl"), ["watch"] + arguments,
            environment: ["TASKSTATS_SOCKET": socket, "TZ": "UTC"], output: output)
    }

    @Test func `exits are rows, and the number asked for ends it`() throws {
        let daemon = try FakeDaemon { peer in
            try peer.sendHello()
            try peer.grantSubscription()
            for pid in 1...5 as ClosedRange<UInt32> { try? peer.exit(SampleRecords.exit(pid: pid)) }
        }
        let run = try watch(["--count", "3", "--cpus", "0-1", "--scope", "process"], socket: daemon.path).finish()
        let lines = run.output.split(separator: "\n")
        #expect(run.status == 0)
        #expect(run.errors == "")
        #expect(lines.count == 4)
        #expect(lines[0].hasPrefix("TIME         CPU     PID    TGID COMMAND"))
        #expect(lines[3].hasPrefix("02:13:20.123   1       3       3 git             root     0"))
        let call = try daemon.finish().first?.call
        guard case .subscribe(let parameters, let cpuList) = call else { throw UnexpectedValue(call) }
        #expect(cpuList == "0-1")
        #expect(parameters.scope == .process)
        #expect(parameters.fields.contains(.acComm))
        #expect(!parameters.fields.contains(.nivcsw))
    }

    @Test(arguments: [["--json"], ["--csv"], []])
    func `what is not read by the end of --for is counted, and makes the exit status 1`(form: [String]) throws {
        let records: UInt32 = 2_000
        let daemon = try FakeDaemon { peer in
            try peer.sendHello()
            try peer.grantSubscription()
            for pid in 1...records { try? peer.exit(SampleRecords.exit(pid: pid)) }
            try? peer.confirmUnsubscribe()
            try? peer.waitForEnd()
        }
        let directory = try TemporaryDirectory()
        let path = directory.file("fifo")
        #expect(unsafe mkfifo(path, 0o600) == 0)
        let reader = try unsafe Descriptor(open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC), of: "open")
        let run = try watch(
            ["--for", "1s", "--fields", "identity,cpu,delay,io,time"] + form, socket: daemon.path, output: .file(path)
        ).finish()
        let written = try #require(try reader.readText(limit: 1 << 20))
        // Behind the last newline there can be a part of a line.
        let lines = written.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).dropLast()
        let shown = lines.count { $0.contains("git") }
        #expect(0 < shown && shown < records)
        #expect(run.status == 1)
        #expect(run.errors.contains("tsctl: \(shown) records shown, none lost\n"))
        #expect(
            run.errors.hasSuffix(
                "tsctl: \(Int(records) - shown) more records were received and are not shown: "
                    + "standard output was not read for 0.5 s\n"))
    }

    @Test func `JSON lines are the params of each exit byte for byte, and losses are lines between them`() throws {
        let params = #"{ "cpu":1, "seq":18446744073709551615,"stats":{"new":[1,{"a":"}\"\\"}]},"pid":1}"#
        let daemon = try FakeDaemon { peer in
            try peer.sendHello(delayAccounting: false)
            try peer.grantSubscription()
            try peer.send(text: #"{"jsonrpc":"2.0","method":"exit","params":"# + params + "}\n")
            try peer.send(ServerLine.lost(LostRecords(.queue, count: 37)))
            try peer.send(text: #"{"params":{"pid":2},"jsonrpc":"2.0","method":"exit"}"# + "\n")
        }
        let run = try watch(["--json", "--count", "2", "--filter", "exit=failed"], socket: daemon.path).finish()
        #expect(
            run.output == params + "\n" + #"{"lost":{"where":"queue","count":37}}"# + "\n" + #"{"pid":2}"# + "\n")
        let errors = run.errors.split(separator: "\n")
        #expect(errors.count == 1)
        #expect(errors[0].hasPrefix("tsctl: delay accounting is off"))
        let call = try daemon.finish().first?.call
        guard case .subscribe(let parameters, _) = call else { throw UnexpectedValue(call) }
        #expect(parameters.fields == .all)
        #expect(parameters.filter.exit == .failed)
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func `a signal ends it cleanly: summed up, status 0`(signal: Int32) throws {
        let loss = LostRecords(.kernel(cpu: 1), count: 144)
        let daemon = try ServedDaemon(
            SampleRecording.file([SampleRecording.exit(1)]) + ServerLine.lost(loss).array
                + SampleRecording.lines([SampleRecording.exit(2)]))
        var child = try watch(socket: daemon.path)
        for _ in 0..<3 { #expect(try child.line() != nil) }
        child.send(signal: signal)
        let run = try child.finish()
        #expect(run.status == 0)
        #expect(run.output == "")
        #expect(
            run.errors
                == "tsctl: lost 144 records between the kernel and taskstatsd on CPU 1\n"
                + "tsctl: 2 records shown, 144 lost\n")
    }

    @Test func `a signal ends it at once when the daemon does not answer any more`() throws {
        let daemon = try FakeDaemon { peer in
            try peer.sendHello()
            try peer.grantSubscription()
            try peer.request()
            try peer.waitForEnd()
        }
        var child = try watch(socket: daemon.path)
        #expect(try child.line() != nil)
        child.send(signal: SIGINT)
        let start = SuspendingClock.now
        #expect(try child.finish() == .init(status: 0, output: "", errors: "tsctl: 0 records shown, none lost\n"))
        #expect(start.duration(to: .now) < .seconds(3))
    }

    @Test func `a signal also ends it if no process reads its output`() throws {
        // More than all that lies between holds: the client stops in the middle of writing.
        let daemon = try ServedDaemon(tasks: 3_000)
        var child = try watch(["--json"], socket: daemon.path)
        #expect(try child.line() != nil)
        child.send(signal: SIGTERM)
        let run = try child.finish()
        #expect(run.status == 0)
        #expect(run.errors.hasSuffix(" records shown, none lost\n"))
    }

    @Test func `it ends quietly when the reader goes away, though nothing is left to write`() throws {
        let daemon = try ServedDaemon(tasks: 1)
        var child = try watch(socket: daemon.path)
        for _ in 0..<2 { #expect(try child.line() != nil) }
        child.stopReading()
        let run = try child.finish()
        #expect(run == .init(status: 0, output: "", errors: ""))
    }

    @Test func `a full disk is one line and status 1`() throws {
        let daemon = try ServedDaemon(tasks: 0)
        let run = try watch(socket: daemon.path, output: .file("/dev/full")).finish()
        #expect(run.status == 1)
        #expect(run.errors == "tsctl: cannot write to standard output: No space left on device\n")
    }

    @Test func `what the daemon says at its end is shown after all that came before`() throws {
        let daemon = try ServedDaemon(tasks: 1, "--close-after", "end")
        let run = try watch(socket: daemon.path).finish()
        #expect(run.status == 1)
        #expect(run.output.split(separator: "\n").count == 2)
        #expect(run.errors == "tsctl: taskstatsd closed the connection: the recording has ended (--close-after)\n")
    }

    @Test(arguments: ["half a line", "{\"garbage\"}\n"])
    func `a daemon that breaks off is one line and status 1`(text: String) throws {
        let daemon = try FakeDaemon { peer in
            try peer.sendHello()
            try peer.grantSubscription()
            try peer.exit(SampleRecords.exit(pid: 1))
            try peer.send(text: text)
        }
        let run = try watch(["--json"], socket: daemon.path).finish()
        #expect(run.status == 1)
        #expect(run.output.split(separator: "\n").count == 1)
        #expect(run.errors.split(separator: "\n").count == 1)
    }

    @Test func `a refused subscription is one line and status 1`() throws {
        let daemon = try ServedDaemon(tasks: 1, "--refuse", "subscribe=Unavailable")
        let run = try watch(socket: daemon.path).finish()
        #expect(run == .init(status: 1, output: "", errors: "tsctl: refused on demand (--refuse)\n"))
    }

    @Test(arguments: [
        ("9", "'9' includes CPU 9; possible CPUs: 0-3"), ("2-1", "'2-1' ends before it starts"),
    ])
    func `an impossible list of CPUs is refused before the daemon is asked`(list: String, reason: String) throws {
        let daemon = try ServedDaemon(tasks: 0)
        let run = try watch(["--cpus", list], socket: daemon.path).finish()
        #expect(run == .init(status: 1, output: "", errors: "tsctl: cpus: \(reason)\n"))
    }
}

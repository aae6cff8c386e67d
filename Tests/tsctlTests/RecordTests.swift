import CommandSupport
import Glibc
import LinuxSystem
import Taskstats
import TaskstatsProtocol
import TestSupport
import Testing

@testable import tsctl

/// The built `tsctl record` against a daemon that follows a script.
@Suite(.timeLimit(.minutes(1))) struct RecordTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func record(
        _ arguments: [String], socket: String, path: String = "/usr/bin:/bin"
    ) throws -> ChildProcess {
        try ChildProcess(
            ChildProcess.product("tsctl"), ["record"] + arguments,
            environment: ["TASKSTATS_SOCKET": socket, "PATH": path])
    }

    /// Records from a daemon that sends so many, to the end.
    private func recording(
        _ count: UInt32, _ arguments: [String], path: String = "/usr/bin:/bin"
    ) throws -> ChildProcess.Result {
        let daemon = try ServedDaemon(tasks: count)
        return try record(arguments, socket: daemon.path, path: path).finish()
    }

    private func text(_ path: String) throws -> String {
        try #require(try Descriptor.open(path).readText(limit: 1 << 26))
    }

    private func play(_ arguments: [String]) throws -> ChildProcess.Result {
        try ChildProcess(
            ChildProcess.product("tsctl"), ["play"] + arguments, environment: ["TZ": "UTC", "PATH": "/usr/bin:/bin"]
        ).finish()
    }

    @Test func `a recording is a header, the daemon's lines as they came, and a footer`() throws {
        let exit =
            #"{"jsonrpc":"2.0","method":"exit","params":{ "pid":1,"new":[1,"}\""],"stats":{"ac_etime":18446744073709551615}}}"#
        let daemon = try FakeDaemon { peer in
            try peer.sendHello()
            try peer.grantSubscription()
            try peer.send(text: exit + "\n")
            try peer.send(ServerLine.lost(LostRecords(.kernel(cpu: 1), count: 144)))
            try peer.send(text: #"{"params":{"pid":2},"jsonrpc":"2.0","method":"exit"}"# + "\n")
        }
        let path = directory.file("a.ndjson")
        let run = try record([path, "--count", "2", "--failed", "--scope", "process"], socket: daemon.path).finish()
        #expect(run.status == 0)
        #expect(run.output == "")
        #expect(run.errors.hasPrefix("tsctl: 2 records kept in \(path), 144 lost, "))
        let lines = try text(path).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        #expect(lines.count == 6)
        #expect(lines[0].hasPrefix(#"{"jsonrpc":"2.0","method":"recording","params":{"format":"taskstats-recording","#))
        #expect(lines[0].contains(#""scope":"process""#) && lines[0].contains(#""filter":{"exit":"failed"}"#))
        #expect(lines[1] == exit)
        #expect(lines[2] == #"{"jsonrpc":"2.0","method":"lost","params":{"where":"kernel","cpu":1,"count":144}}"#)
        #expect(lines[3] == #"{"jsonrpc":"2.0","method":"exit","params":{"pid":2}}"#)
        #expect(lines[4].hasSuffix(#""reason":"count","exits":2,"lost":144}}"#))
        #expect(lines[5] == "")
    }

    @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
    func `a signal ends it with all that had ended by then`(signal: Int32) throws {
        let daemon = try FakeDaemon { peer in
            try peer.sendHello()
            try peer.grantSubscription()
            for pid in 1...3 as ClosedRange<UInt32> { try peer.exit(SampleRecords.exit(pid: pid)) }
            let request = try peer.request()
            try peer.exit(SampleRecords.exit(pid: 4))
            try peer.send(ServerLine.unsubscribed(request.id))
            try peer.waitForEnd()
        }
        // Standard output says when it has begun to write.
        var child = try record(["-"], socket: daemon.path)
        for _ in 0..<4 { #expect(try child.line() != nil) }
        child.send(signal: signal)
        let run = try child.finish()
        #expect(run.status == 0)
        let rest = run.output.split(separator: "\n")
        try #require(rest.count == 2)
        #expect(rest[0].contains(#""pid":4,"#))
        #expect(rest[1].hasSuffix(#""reason":"signal","exits":4,"lost":0}}"#))
        #expect(run.errors.hasPrefix("tsctl: 4 records kept in standard output, none lost, "))
    }

    @Test func `a file that exists is left alone, unless it may be overwritten`() throws {
        let path = directory.file("a.ndjson")
        #expect(try recording(1, [path, "--count", "1"]).status == 0)
        let before = try text(path)
        let run = try recording(2, [path, "--count", "2"])
        #expect(
            run
                == .init(
                    status: 1, output: "",
                    errors: "tsctl: \(path) exists; choose another name, or overwrite it with --force\n"))
        #expect(try text(path) == before)
        #expect(try recording(2, [path, "--count", "2", "--force"]).status == 0)
        #expect(try text(path).split(separator: "\n").count == 4)
    }

    @Test func `when the subscription is refused no file is left behind`() throws {
        let daemon = try ServedDaemon(tasks: 1, "--refuse", "subscribe=KernelError")
        let path = directory.file("a.ndjson")
        let run = try record([path], socket: daemon.path).finish()
        #expect(run.status == 1)
        #expect(unsafe access(path, F_OK) != 0)
    }

    @Test func `when the daemon goes the recording is ended, with the reason in it and status 1`() throws {
        let daemon = try ServedDaemon(tasks: 1, "--close-after", "end")
        let path = directory.file("a.ndjson")
        let run = try record([path, "--no-reconnect"], socket: daemon.path).finish()
        #expect(run.status == 1)
        #expect(
            run.errors.hasSuffix("tsctl: taskstatsd closed the connection: the recording has ended (--close-after)\n"))
        #expect(try text(path).contains("the recording has ended (--close-after)\",\"exits\":1,\"lost\":0}}\n"))
    }

    @Test(arguments: [("zst", "zstd"), ("gz", "gzip")])
    func `a name with that end is compressed, and what the tool decompresses is the recording`(
        suffix: String, tool: String
    ) throws {
        let path = directory.file("a.ndjson.\(suffix)")
        let run = try recording(5_000, [path, "--count", "5000"])
        #expect(run.status == 0)
        #expect(run.errors.contains(" (compressed to "))
        let plain = try ChildProcess("/usr/bin/env", [tool, "-dc", path], environment: ["PATH": "/usr/bin:/bin"])
            .finish()
        #expect(plain.status == 0)
        #expect(plain.output.split(separator: "\n").count == 5_002)
        let played = try play([path, "--json"])
        #expect(played.status == 0)
        #expect(played.errors == "")
        #expect(played.output.split(separator: "\n").count == 5_000)
    }

    @Test(arguments: ["a.ndjson", "a.zst", "a.gz"])
    func `within a second everything is readable, also after tsctl was killed`(name: String) throws {
        let path = directory.file(name)
        let daemon = try ServedDaemon(tasks: 100)
        let child = try record([path], socket: daemon.path)
        func records() throws -> Int { try play([path, "--json"]).output.split(separator: "\n").count }
        try wait(for: "100 records in \(path)") { try records() == 100 }
        child.send(signal: SIGKILL)
        #expect(try child.finish().status == 128 + SIGKILL)

        let played = try play([path, "--json"])
        #expect(played.status == 0)
        #expect(played.output.split(separator: "\n").count == 100)
        #expect(played.errors.hasPrefix("tsctl: the recording is truncated"))
    }

    @Test func `a full disk is an error, with status 1`() throws {
        let run = try recording(1, ["/dev/full"])
        #expect(run.status == 1)
        #expect(run.errors == "tsctl: cannot write /dev/full: No space left on device\n")
    }

    @Test func `it ends quietly when the reader of standard output goes away`() throws {
        let daemon = try ServedDaemon(tasks: 1)
        var child = try record(["-"], socket: daemon.path)
        for _ in 0..<2 { #expect(try child.line() != nil) }
        child.stopReading()
        #expect(try child.finish().status == 0)
    }
}

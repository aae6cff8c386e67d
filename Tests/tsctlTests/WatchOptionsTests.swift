import Glibc
import Taskstats
import TaskstatsProtocol
import TestSupport
import Testing

/// The built `tsctl watch`: conditions in friendly spellings, a limit of time, and what is added up.
@Suite(.timeLimit(.minutes(1))) struct WatchOptionsTests {
    private func watch(_ arguments: [String], socket: String) throws -> ChildProcess {
        try ChildProcess(
            ChildProcess.product("tsctl"), ["watch"] + arguments,
            environment: ["TASKSTATS_SOCKET": socket, "TZ": "UTC"])
    }

    @Test func `friendly spellings say the same as conditions, and add up with them`() throws {
        let daemon = try FakeDaemon { peer in
            try peer.sendHello()
            try peer.grantSubscription()
            try peer.exit(SampleRecords.exit())
        }
        _ = try watch(
            [
                "--failed", "--comm", "git*", "--comm", "make", "--uid", "root,7", "--uid", "8", "--longer-than",
                "1500ms",
                "--filter", "uid=9", "--count", "1",
            ], socket: daemon.path
        ).finish()
        let call = try daemon.finish().first?.call
        guard case .subscribe(let parameters, _) = call else { throw UnexpectedValue(call) }
        #expect(parameters.filter.exit == .failed)
        #expect(parameters.filter.commands?.map(\.text) == ["git*", "make"])
        #expect(parameters.filter.uids == [0, 7, 8, 9])
        #expect(parameters.filter.minElapsedMicroseconds == 1_500_000)
    }

    @Test(arguments: [
        (["--comm", "[a"], "--comm [a: must be a pattern like 'git*', with closed brackets"),
        (["--uid", "no-such-user"], "--uid: unknown user 'no-such-user'"),
        (
            ["--longer-than", "5m"],
            "--longer-than 5m: must be a number of seconds, or a number with a unit (us, ms, s, min, h, d), as in 0.5, 500ms or 2min"
        ),
        (["--failed", "--filter", "exit=ok"], "the condition exit can be given only once"),
        (
            ["--for", "60m"],
            "invalid for '--for <time>': must be from 1us to 3650d: a number of seconds, or a number with a unit (us, ms, s, min, h, d), as in 0.5, 500ms or 2min"
        ),
        (
            ["--for", "0s"],
            "invalid for '--for <time>': must be from 1us to 3650d: a number of seconds, or a number with a unit (us, ms, s, min, h, d), as in 0.5, 500ms or 2min"
        ),
        (["--count", "0"], "invalid for '--count <number>': must be an integer of at least 1"),
        (["--summary", "--fields", "nvcsw"], "--fields cannot be combined with --summary."),
    ])
    func `what is wrong with them is message, and is wrong usage`(arguments: [String], text: String) throws {
        let run = try ChildProcess(
            ChildProcess.product("tsctl"), ["watch"] + arguments, environment: ["TASKSTATS_SOCKET": "/nonexistent"]
        ).finish()
        #expect(run.status == 64)
        #expect(run.errors.contains(text), "\(run.errors)")
    }

    @Test func `it ends when its time is over, with status 0`() throws {
        let daemon = try ServedDaemon(tasks: 1)
        let run = try watch(["--for", "300ms"], socket: daemon.path).finish()
        #expect(run.status == 0)
        #expect(run.output.split(separator: "\n").count == 2)
        #expect(run.errors == "tsctl: 1 record shown, none lost\n")
    }

    @Test func `a summary has what came before the answer to unsubscribe, and asks only for what it adds up`() throws {
        let daemon = try FakeDaemon { peer in
            try peer.sendHello()
            try peer.grantSubscription()
            try peer.exit(SampleRecords.exit(command: "git"))
            let request = try peer.request()
            try peer.exit(SampleRecords.exit(command: "make", exitcode: 0x100))
            try peer.send(ServerLine.lost(LostRecords(.kernel(cpu: 1), count: 144)))
            try peer.send(ServerLine.unsubscribed(request.id))
            try peer.waitForEnd()
        }
        let run = try watch(["--summary", "--for", "200ms"], socket: daemon.path).finish()
        #expect(run.status == 0)
        #expect(run.errors == "")
        let lines = run.output.split(separator: "\n")
        #expect(lines[0].hasPrefix("2 tasks (2 processes, 1 failed) ended in 0."))
        #expect(lines[1].hasPrefix("144 records were lost (144 in the kernel, 0 in the queue): "))
        #expect(lines.contains { $0.hasPrefix("git  ") } && lines.contains { $0.hasPrefix("make  ") })
        let call = try daemon.finish().first?.call
        guard case .subscribe(let parameters, _) = call else { throw UnexpectedValue(call) }
        #expect(parameters.fields.contains(.readBytes))
        #expect(!parameters.fields.contains(.acExeInode))
    }

    @Test func `a summary as JSON is one object, also when a signal ends it`() throws {
        let daemon = try FakeDaemon { peer in
            try peer.sendHello(access: .own)
            try peer.grantSubscription()
            try peer.confirmUnsubscribe()
            try peer.waitForEnd()
        }
        let child = try watch(["--summary", "--json"], socket: daemon.path)
        try daemon.waitForRequest("subscribe")
        try child.waitUntilBlocking(SIGINT)
        child.send(signal: SIGINT)
        let run = try child.finish()
        #expect(run.status == 0)
        #expect(run.output.hasPrefix(#"{"elapsed_us":"#))
        #expect(run.output.contains(#""access":"own","#))
        #expect(run.output.split(separator: "\n").count == 1)
    }

    @Test func `when the daemon goes, what was added up is shown all the same, and the status is 1`() throws {
        let daemon = try ServedDaemon(tasks: 1, "--close-after", "end")
        let run = try watch(["--summary", "--json"], socket: daemon.path).finish()
        #expect(run.status == 1)
        #expect(run.output.contains(#""complete":false"#))
        #expect(run.output.contains(#""tasks":1,"#))
        #expect(run.errors == "tsctl: taskstatsd closed the connection: the recording has ended (--close-after)\n")
    }
}

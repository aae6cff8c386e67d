import Glibc
import TestSupport
import Testing

/// The exit status of commands that end after a number or a time.
@Suite(.timeLimit(.minutes(1))) struct CountAndTimeTests {
    private func run(_ arguments: [String], exits: UInt32) throws -> ChildProcess.Result {
        let daemon = try ServedDaemon(tasks: exits)
        return try ChildProcess(
            ChildProcess.product("tsctl"), arguments, environment: ["TASKSTATS_SOCKET": daemon.path]
        ).finish()
    }

    @Test(arguments: [["watch"], ["watch", "--summary"], ["record", "-"]])
    func `the status is 0 if the number is reached, and 124 if the time expires first`(command: [String]) throws {
        let options = ["--count", "2", "--for"]
        #expect(try run(command + options + ["1min"], exits: 2).status == 0)
        let late = try run(command + options + ["200ms"], exits: 1)
        #expect(late.status == 124)
        #expect(late.errors.hasSuffix("tsctl: the time expired after 1 of 2 exits\n"))
        #expect(try run(command + ["--for", "200ms"], exits: 1).status == 0)
    }

    @Test func `a signal ends the batch mode of top with 0`() throws {
        let daemon = try FakeDaemon(serving: [
            { peer in
                try peer.sendHello()
                _ = try peer.request()
                try peer.waitForEnd()
            },
            { peer in
                try peer.sendHello()
                try peer.grantSubscription()
                try peer.waitForEnd()
            },
        ])
        for arguments in [["--batch"]] {
            let child = try ChildProcess(
                ChildProcess.product("tsctl"), ["top"] + arguments, environment: ["TASKSTATS_SOCKET": daemon.path])
            // The first request is made when signals are handled.
            try daemon.waitForRequest("get")
            child.send(signal: SIGINT)
            #expect(try child.finish().status == 0)
        }
    }

    @Test func `a user who sees only own tasks gets one note about it, on a terminal`() throws {
        let header = SampleRecording.header(access: .own)
        let daemon = try ServedDaemon(SampleRecording.file([SampleRecording.exit(1)], header: header))
        let environment = ["TASKSTATS_SOCKET": daemon.path, "PATH": "/usr/bin:/bin"]
        let tsctl = try ChildProcess.product("tsctl")
        let onTerminal = try ChildProcess(
            "/usr/bin/script", ["-qec", "'\(tsctl)' watch --count 1", "/dev/null"], environment: environment
        ).finish()
        #expect(onTerminal.output.split(separator: "only your own tasks are shown").count == 2)
        let inPipe = try ChildProcess(tsctl, ["watch", "--count", "1"], environment: environment).finish()
        #expect(inPipe.errors == "")
    }
}

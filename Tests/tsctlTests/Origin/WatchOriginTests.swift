import Glibc
import Taskstats
import TaskstatsProtocol
import TestSupport
import Testing

/// The built `tsctl watch` with origins and starts, against a daemon that knows them.
@Suite(.timeLimit(.minutes(1))) struct WatchOriginTests {
    private func watch(_ arguments: [String], socket: String) throws -> ChildProcess {
        try ChildProcess(
            ChildProcess.product("tsctl"), ["watch"] + arguments,
            environment: ["TASKSTATS_SOCKET": socket, "TZ": "UTC"])
    }

    private let exit = SampleRecording.lines([SampleOrigin.exit()])
    private let start = ServerLine.start(SampleOrigin.start()).array
    private let loss = ServerLine.lost(LostRecords(.starts, count: 3)).array

    /// Serves a recording of these lines.
    private func daemon(_ lines: [UInt8]...) throws -> ServedDaemon {
        try ServedDaemon(SampleRecording.file([], header: SampleRecording.header(starts: true)) + lines.joined())
    }

    @Test func `the origin is requested and shown, without starts`() throws {
        let daemon = try daemon(start, exit)
        let run = try watch(["--origin", "--count", "1"], socket: daemon.path).finish()
        #expect(run.errors == "")
        let lines = run.output.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.last?.hasSuffix(" /usr/sbin/nginx -g daemon off;") == true)
    }

    @Test func `without options neither origin nor starts are requested`() throws {
        let daemon = try daemon(start, exit)
        let run = try watch(["--count", "1", "--json"], socket: daemon.path).finish()
        #expect(run.status == 0)
        #expect(run.output.split(separator: "\n").count == 1)
        #expect(!run.output.contains("origin"))
    }

    @Test func `starts are rows between the exits, and are counted at the end`() throws {
        let daemon = try daemon(start, exit, loss, start)
        var child = try watch(["--starts"], socket: daemon.path)
        let lines = [try child.line(), try child.line(), try child.line(), try child.line()].compactMap { $0 }
        child.send(signal: SIGINT)
        let run = try child.finish()
        #expect(lines.map { $0.contains(" start ") } == [false, true, false, true])
        #expect(lines[1].hasSuffix(" /usr/sbin/nginx -g daemon off;"))
        #expect(
            run.errors == "tsctl: lost 3 starts between the kernel and taskstatsd\n"
                + "tsctl: 1 record and 2 starts shown, 0 records and 3 starts lost\n")
    }

    @Test func `as JSON a start is a line of its own kind, and so is a loss of starts`() throws {
        let daemon = try daemon(start, loss, exit)
        let run = try watch(["--starts", "--json", "--count", "1"], socket: daemon.path).finish()
        let lines = run.output.split(separator: "\n")
        #expect(lines.count == 3)
        #expect(
            lines[0].hasPrefix(
                #"{"start":{"cpu":1,"seq":7,"time":1795400000123456789,"pid":813,"tgid":813,"ppid":812,"uid":0,"comm":"nginx","#
                    + #""origin":{"command_args":["/usr/sbin/nginx","-g","daemon off;"],"#))
        #expect(lines[1] == #"{"lost":{"where":"starts","count":3,"index":0}}"#)
        #expect(lines[2].hasPrefix(#"{"cpu":1,"#) && lines[2].contains(#","origin":{"command_args":["#))
    }

    @Test func `the daemon evaluates conditions on the origin`() throws {
        let daemon = try FakeDaemon { peer in
            try peer.sendHello(features: ["origin", "starts"])
            try peer.grantSubscription()
            try peer.exit(SampleOrigin.exit())
        }
        let run = try watch(
            [
                "--unit", "nginx*", "--unit", "ssh.service", "--container", "4f3c", "--cgroup", "/system.slice/*",
                "--command-line", "*daemon off;", "--filter", "unit=x", "--count", "1",
            ], socket: daemon.path
        ).finish()
        #expect(run.status == 0)
        let call = try daemon.finish().first?.call
        let subscription = try #require(call?.subscription).0
        #expect(subscription.filter.units?.map(\.text) == ["x", "nginx*", "ssh.service"])
        #expect(subscription.filter.containers == ["4f3c"])
        #expect(subscription.filter.cgroups?.map(\.text) == ["/system.slice/*"])
        #expect(subscription.filter.commandLines?.map(\.text) == ["*daemon off;"])
        #expect(!subscription.origin)
    }

    @Test(arguments: [
        (["--unit", "x"], "cannot select by unit: this taskstatsd does not know the origin of processes"),
        (
            ["--command-line", "x"],
            "cannot select by command line: this taskstatsd does not know the origin of processes"
        ),
        (["--origin"], "cannot get the origin of processes: this taskstatsd does not report it"),
        (["--starts"], "cannot show starts: this taskstatsd does not report them"),
        (["--summary", "--by", "unit"], "cannot get the origin of processes: this taskstatsd does not report it"),
    ])
    func `with a daemon that cannot do it, the message names the way out`(arguments: [String], text: String) throws {
        let daemon = try ServedDaemon(tasks: 0)
        let run = try watch(arguments, socket: daemon.path).finish()
        #expect(run.status == 1)
        #expect(run.output == "")
        #expect(run.errors == "tsctl: \(text) (update taskstatsd, or run 'tsctl doctor' for the reason)\n")
    }

    @Test(arguments: [
        (["--starts", "--summary"], "--starts cannot be combined with --summary or --csv."),
        (["--starts", "--csv"], "--starts cannot be combined with --summary or --csv."),
        (["--starts", "--failed"], "--starts cannot be combined with conditions on the end (exit, min_elapsed)."),
        (["--starts", "--longer-than", "1"], "--starts cannot be combined with conditions on the end"),
        (["--by", "unit"], "--by requires --summary."),
        (["--summary", "--origin"], "--origin cannot be combined with --summary; give --by."),
        (["--summary", "--by", "colour"], "'--by <property>'"),
        (["--unit", "[a"], "--unit [a: must be a pattern like 'git*', with closed brackets"),
    ])
    func `wrong usage is status 64`(arguments: [String], text: String) throws {
        let run = try ChildProcess(
            ChildProcess.product("tsctl"), ["watch"] + arguments, environment: ["TASKSTATS_SOCKET": "/nonexistent"]
        ).finish()
        #expect(run.status == 64)
        #expect(run.errors.contains(text), "\(run.errors)")
    }
}

import CommandSupport
import Glibc
import LinuxSystem
import Taskstats
import TaskstatsProtocol
import TestSupport
import Testing

@testable import tsctl

/// Ctrl-C while a daemon sends records without end and answers nothing.
@Suite(.timeLimit(.minutes(2))) struct CommandFloodTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    /// Floods every client from its subscription on, or from its first other request on, until it goes.
    private func daemon(clients: Int = 1) throws -> FakeDaemon {
        let script: FakeDaemon.Script = { peer in
            try peer.sendHello()
            let request = try peer.request()
            if case .subscribe(var subscription, _) = request.call {
                subscription.cpus = CPUSet(0...1)
                try peer.send(ServerLine.subscribed(request.id, subscription, nextIndex: 1) { _ in 1 })
            }
            peer.floodWithExits(for: .seconds(15))
        }
        return try FakeDaemon(serving: Array(repeating: script, count: clients))
    }

    private func tsctl(
        _ arguments: [String], daemon: FakeDaemon, output: ChildProcess.Output = .file("/dev/null")
    ) throws -> ChildProcess {
        try ChildProcess(
            ChildProcess.product("tsctl"), arguments,
            environment: ["TASKSTATS_SOCKET": daemon.path, "PATH": "/usr/bin:/bin"], output: output)
    }

    /// Interrupts it and waits for its end; how long that took.
    private func interrupted(_ child: consuming ChildProcess) throws -> (ChildProcess.Result, Duration) {
        child.send(signal: SIGINT)
        let start = SuspendingClock.now
        let result = try child.finish()
        return (result, start.duration(to: .now))
    }

    @Test(arguments: ["a.ndjson", "a.zst", "a.gz"])
    func `record ends at once with a whole recording`(name: String) throws {
        let (path, daemon) = (directory.file(name), try daemon())
        let child = try tsctl(["record", path], daemon: daemon)
        var status = stat()
        try wait(for: "bytes in \(path)") { unsafe stat(path, &status) == 0 && status.st_size > 0 }
        try child.waitUntilBlocking(SIGINT)
        let (run, time) = try interrupted(child)
        #expect(time < .seconds(6))
        #expect(run.status == 0)
        let lines = run.errors.split(separator: "\n")
        try #require(lines.count == 2, "\(run.errors)")
        #expect(lines[0].contains(" kept in \(path), none lost, "))
        #expect(lines[1].hasPrefix("tsctl: taskstatsd did not confirm the end in time"))

        let played = try ChildProcess(
            ChildProcess.product("tsctl"), ["play", path, "--summary"],
            environment: ["TZ": "UTC", "PATH": "/usr/bin:/bin"]
        ).finish()
        #expect(played.status == 0)
        #expect(played.errors == "", "the recording has its footer")
    }

    @Test func `record ends soon when its time is over`() throws {
        let (path, daemon) = (directory.file("a"), try daemon())
        let start = SuspendingClock.now
        let run = try tsctl(["record", path, "--for", "500ms"], daemon: daemon).finish()
        #expect(run.status == 1)
        #expect(run.errors.contains("did not confirm the end in time"))
        #expect(start.duration(to: .now) < .seconds(8))
    }

    @Test func `record ends immediately if no process reads its output`() throws {
        let daemon = try daemon()
        var child = try tsctl(["record", "-"], daemon: daemon, output: .pipe)
        #expect(try child.line() != nil)
        let (run, time) = try interrupted(child)
        #expect(time < .seconds(6))
        #expect(run.status <= 1)
    }

    @Test(arguments: [["--json"], [], ["--summary"]])
    func `watch ends at once`(options: [String]) throws {
        let daemon = try daemon()
        let child = try tsctl(["watch"] + options, daemon: daemon)
        try child.waitUntilBlocking(SIGINT)
        let (run, time) = try interrupted(child)
        #expect(time < .seconds(6))
        #expect(run.status == 0)
    }

    @Test(arguments: [["--json"], []])
    func `status at intervals ends at once`(options: [String]) throws {
        let daemon = try daemon()
        let child = try tsctl(["status", "--interval", "1"] + options, daemon: daemon)
        try daemon.waitForRequest("status")
        let (run, time) = try interrupted(child)
        #expect(time < .seconds(6))
        #expect(run.status == 0)
    }

    @Test func `get at intervals ends at once`() throws {
        let daemon = try daemon()
        let child = try tsctl(["get", "--pid", "1", "--interval", "1"], daemon: daemon)
        try daemon.waitForRequest("get")
        let (run, time) = try interrupted(child)
        #expect(time < .seconds(6))
        #expect(run.status == 0)
    }

    @Test func `run ends at once after its command, and says that something is missing`() throws {
        let daemon = try daemon()
        let child = try tsctl(["run", "--", "sh", "-c", "kill -INT $PPID; exit 3"], daemon: daemon)
        let start = SuspendingClock.now
        let run = try child.finish()
        #expect(start.duration(to: .now) < .seconds(6))
        #expect(run.status == 3)
        #expect(run.errors.contains("the last tasks that ended may not be counted"))
    }

    @Test func `run ends when a signal comes after the command has ended`() throws {
        let daemon = try daemon()
        var child = try tsctl(["run", "--", "sh", "-c", "echo end"], daemon: daemon, output: .pipe)
        #expect(try child.line() == "end")
        // The end of its standard output: only tsctl is left, and it has none.
        let pid = child.pid
        try wait(for: "the end of the command") { LivingDescendants.children(of: pid)?.isEmpty != false }
        let (run, time) = try interrupted(child)
        #expect(time < .seconds(6))
        #expect(run.status == 0)
        #expect(run.errors.contains("the last tasks that ended may not be counted"))
    }
}

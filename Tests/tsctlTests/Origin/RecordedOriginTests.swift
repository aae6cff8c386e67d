import Glibc
import LinuxSystem
import Taskstats
import TaskstatsProtocol
import TestSupport
import Testing

/// The built `tsctl record` and `tsctl play` with the origin of processes.
@Suite(.timeLimit(.minutes(1))) struct RecordedOriginTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func tsctl(_ arguments: [String], socket: String = "/nonexistent") throws -> ChildProcess.Result {
        try ChildProcess(
            ChildProcess.product("tsctl"), arguments,
            environment: ["TASKSTATS_SOCKET": socket, "TZ": "UTC", "PATH": "/usr/bin:/bin"]
        ).finish()
    }

    /// Records four exits from a daemon that knows origins, or does not; returns the file.
    private func record(_ options: [String] = [], daemonKnowsOrigin: Bool = true) throws -> String {
        let exits = [
            SampleOrigin.exit(pid: 1),
            SampleOrigin.exit(pid: 2, SampleOrigin.process(["worker", "--all"], cgroup: SampleOrigin.inContainer)),
            SampleOrigin.exit(pid: 3, nil),
            SampleOrigin.exit(pid: 4, SampleOrigin.process(["sshd"], cgroup: "/system.slice/ssh.service")),
        ]
        let header = SampleRecording.header(starts: daemonKnowsOrigin)
        let daemon = try ServedDaemon(SampleRecording.file(exits, header: header))
        let path = directory.file("recording")
        let run = try tsctl(["record", path, "--force", "--count", "4"] + options, socket: daemon.path)
        #expect(run.status == 0, "\(run.errors)")
        return path
    }

    @Test(
        arguments: [
            ([], true, true), (["--no-origin"], true, false), (["--origin"], true, true), ([], false, false),
        ] as [([String], Bool, Bool)])
    func `the origin is recorded where the daemon knows it, unless it is unwanted`(
        options: [String], daemonKnowsOrigin: Bool, isRecorded: Bool
    ) throws {
        let path = try record(options, daemonKnowsOrigin: daemonKnowsOrigin)
        let text = try #require(try Descriptor.open(path).readText())
        #expect(text.contains(#""origin":true"#) == isRecorded)
        #expect(text.contains(#""command_args":["sshd"]"#) == isRecorded)
    }

    @Test func `a daemon that does not know the origin is an error if it is wanted`() throws {
        let daemon = try ServedDaemon(tasks: 0)
        let path = directory.file("none")
        let run = try tsctl(["record", path, "--origin"], socket: daemon.path)
        #expect(run.status == 1)
        #expect(run.errors.hasPrefix("tsctl: cannot get the origin of processes: "))
        #expect(unsafe access(path, F_OK) != 0)
    }

    @Test func `play shows the origin that was recorded`() throws {
        let run = try tsctl(["play", try record(), "--origin"])
        let lines = run.output.split(separator: "\n")
        #expect(run.errors == "")
        #expect(lines.count == 5)
        #expect(lines[1].contains(" nginx.service ") && lines[1].hasSuffix(" /usr/sbin/nginx -g daemon off;"))
        #expect(lines[3].hasSuffix(" [git]"))
    }

    @Test(
        arguments: [
            (["--unit", "nginx*"], [1]), (["--unit", "ssh.service", "--unit", "nginx.service"], [1, 4]),
            (["--container", "4f3c12"], [2]), (["--container", "zz"], []),
            (["--cgroup", "/system.slice/*"], [1, 2, 4]),
            (["--command-line", "*--all*"], [2]), (["--command-line", "*--all*", "--unit", "nginx*"], []),
            (["--filter", "command_line=sshd"], [4]),
        ] as [([String], [Int])])
    func `play evaluates conditions on the origin itself`(arguments: [String], pids: [Int]) throws {
        let run = try tsctl(["play", try record(), "--json", "--fields", "nvcsw"] + arguments)
        #expect(run.status == 0, "\(run.errors)")
        let lines = run.output.split(separator: "\n")
        #expect(lines.count == pids.count)
        for (line, pid) in zip(lines, pids) { #expect(line.contains(#""pid":\#(pid),"#)) }
        #expect(lines.allSatisfy { $0.contains(#","stats":{"nvcsw":201},"origin":{"command_args":["#) })
    }

    @Test func `play sums up by unit`() throws {
        let run = try tsctl(["play", try record(), "--summary", "--by", "unit"])
        #expect(run.output.contains("\nUNIT "))
        #expect(run.output.contains("\nssh.service "))
        #expect(run.output.contains("\n(unknown) "))
    }

    @Test func `a recording without origins cannot be selected by them`() throws {
        let path = try record(["--no-origin"])
        let filtered = try tsctl(["play", path, "--unit", "x"])
        #expect(filtered.status == 1)
        #expect(
            filtered.errors
                == "tsctl: the recording lacks the origin of processes, which the condition unit needs\n")
        let shown = try tsctl(["play", path, "--origin"])
        #expect(shown.status == 0)
        #expect(shown.errors == "tsctl: the recording lacks the origin of processes\n")
    }

    @Test(arguments: [["--origin"], ["--unit", "x"], ["--summary", "--by", "container"]])
    func `raw records have no origin`(arguments: [String]) throws {
        let run = try tsctl(["play", "--raw", "/dev/null"] + arguments)
        #expect(run.status == 64)
        #expect(run.errors.contains("--raw cannot be combined with the origin of processes: raw records have none."))
    }
}

import Glibc
import LinuxSystem
import Taskstats
import TaskstatsProtocol
import TestSupport
import Testing

/// `tsctl run` against a daemon that follows a script, or none.
@Suite(.timeLimit(.minutes(1))) struct RunCommandTests {
    private func run(
        _ command: [String], options: [String] = [], socket: String? = nil, under launcher: [String] = []
    ) throws -> ChildProcess {
        let tool = try ChildProcess.product("tsctl")
        return try ChildProcess(
            "/usr/bin/env", launcher + [tool, "run"] + options + ["--"] + command,
            environment: ["TASKSTATS_SOCKET": socket ?? "/nonexistent", "PATH": "/usr/bin:/bin"])
    }

    @Test(arguments: [
        ("exit 0", 0), ("exit 3", 3), ("kill -KILL $$", 137), ("kill -TERM $$", 143), ("exit 255", 255),
    ])
    func `the exit status is the command's`(script: String, status: Int32) throws {
        let daemon = try ServedDaemon(tasks: 0)
        let result = try run(["sh", "-c", script], socket: daemon.path).finish()
        #expect(result.status == status)
        #expect(result.output == "")
    }

    @Test(arguments: [("/nonexistent/command", 127), ("/etc/passwd", 126), ("/", 126)])
    func `what cannot be run has the status that shells give it`(command: String, status: Int32) throws {
        let daemon = try ServedDaemon(tasks: 0)
        let result = try run([command], socket: daemon.path).finish()
        #expect(result.status == status)
        #expect(result.errors.hasPrefix("tsctl: cannot run \(command): "))
    }

    @Test(arguments: [true, false])
    func `the origin of processes is requested where the daemon knows it`(isKnown: Bool) throws {
        let header = SampleRecording.header(starts: isKnown)
        let daemon = try ServedDaemon(SampleRecording.file([], header: header))
        let result = try run(["true"], options: ["--json"], socket: daemon.path).finish()
        #expect(result.errors.contains(#""processes":["#) == isKnown)
    }

    @Test func `without a daemon the command is not run`() throws {
        let result = try run(["sh", "-c", "echo ran"]).finish()
        #expect(result.status == 125)
        #expect(result.output == "")
        #expect(result.errors.hasPrefix("tsctl: cannot connect to "))
    }

    @Test func `standard output is the command's, and so is standard input`() throws {
        let daemon = try ServedDaemon(tasks: 0)
        let result = try run(
            ["sh", "-c", "cat; echo mine"], socket: daemon.path, under: ["sh", "-c", #"echo theirs | "$@""#, "sh"]
        ).finish()
        #expect(result.output == "theirs\nmine\n")
        #expect(result.errors.hasPrefix("command           sh -c cat; echo mine\nended             exit code 0\n"))
    }

    @Test func `losses are noted, and do not end it`() throws {
        let daemon = try ServedDaemon(
            SampleRecording.file([]) + ServerLine.lost(LostRecords(.kernel(cpu: 1), count: 144)).array)
        let result = try run(["sh", "-c", "exit 4"], socket: daemon.path).finish()
        #expect(result.status == 4)
        #expect(result.errors.contains("note              144 records lost on this machine: "))
    }

    @Test func `a daemon that goes away meanwhile leaves the command alone`() throws {
        let daemon = try ServedDaemon(tasks: 0, "--vanish-after", "end")
        let result = try run(["sh", "-c", "sleep 0.2; echo whole; exit 5"], socket: daemon.path).finish()
        #expect(result.status == 5)
        #expect(result.output == "whole\n")
        #expect(
            result.errors.contains(
                " of the command are not counted, because the connection to taskstatsd failed: lost the connection"))
    }

    @Test func `a report that cannot be written hides no failure of the command, and is no success`() throws {
        for (script, status) in [("exit 3", 3), ("exit 0", 125)] as [(String, Int32)] {
            let daemon = try ServedDaemon(tasks: 0)
            let result = try run(["sh", "-c", script], options: ["--output", "/dev/full"], socket: daemon.path).finish()
            #expect(result.status == status)
            #expect(result.errors == "tsctl: cannot write to /dev/full: No space left on device\n")
        }
    }

    @Test func `a report whose reader is gone hides nothing either`() throws {
        let daemon = try ServedDaemon(tasks: 0)
        let launcher = ["sh", "-c", #"{ "$@" 2>&3; echo $?; } 3>&1 >&4 4>&- | exec 0<&- 4>&-"#, "sh"]
        let result = try run(
            ["sh", "-c", "exit 3"], socket: daemon.path, under: ["sh", "-c", #"exec 4>&1; exec "$@""#, "sh"] + launcher
        ).finish()
        #expect(result.output == "3\n")
    }

    @Test func `a file for the report that cannot be opened is found before the command runs`() throws {
        let result = try run(["sh", "-c", "echo ran"], options: ["--output", "/nonexistent/file"]).finish()
        #expect(
            result
                == .init(
                    status: 125, output: "",
                    errors: "tsctl: cannot write /nonexistent/file: No such file or directory\n"))
    }

    @Test func `the end of the command is noticed although the parent of tsctl ignored SIGCHLD`() throws {
        let daemon = try ServedDaemon(tasks: 0)
        let result = try run(["sh", "-c", "exit 3"], socket: daemon.path, under: ["env", "--ignore-signal=CHLD"])
            .finish()
        #expect(result.status == 3)
    }

    @Test func `SIGINT and SIGQUIT are left to the command, SIGTERM and SIGHUP are passed on to it`() throws {
        let daemon = try ServedDaemon(tasks: 0)
        let script = #"trap 'exit 7' TERM; trap 'echo hangup' HUP; echo ready; while :; do read x < "$0"; done"#
        let directory = try TemporaryDirectory()
        let fifo = directory.file("fifo")
        try #require(unsafe mkfifo(fifo, 0o600) == 0)
        var child = try run(["sh", "-c", script, fifo], socket: daemon.path)
        #expect(try child.line() == "ready")
        for signal in [SIGINT, SIGQUIT, SIGHUP] { child.send(signal: signal) }
        #expect(try child.line() == "hangup")
        child.send(signal: SIGTERM)
        #expect(try child.finish().status == 7)
    }

    @Test func `the report goes to a file when one is named`() throws {
        let directory = try TemporaryDirectory()
        let file = directory.file("report")
        let daemon = try ServedDaemon(tasks: 0)
        let result = try run(["true"], options: ["--json", "--output", file], socket: daemon.path).finish()
        #expect(result == .init(status: 0, output: "", errors: ""))
        let text = try #require(try Descriptor.open(file).readText())
        #expect(text.hasPrefix(#"{"command":["true"],"exit":{"code":0},"elapsed_us":"#))
        #expect(ReferenceJSON.validate(Array(text.utf8)) == .valid)
    }
}

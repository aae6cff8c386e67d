import Glibc
import LinuxSystem
import Taskstats
import TaskstatsProtocol
import TestSupport
import Testing

/// The built command against a daemon that follows a script.
@Suite(.timeLimit(.minutes(1))) struct CommandTests {
    private func tsctl(
        _ arguments: [String], socket: String? = nil, environment: [String: String] = [:],
        output: ChildProcess.Output = .pipe
    ) throws -> ChildProcess {
        var environment = environment
        if let socket { environment["TASKSTATS_SOCKET"] = socket }
        return try ChildProcess(
            ChildProcess.product("tsctl"), arguments, environment: environment, output: output)
    }

    private func answering() throws -> ServedDaemon { try ServedDaemon(SampleRecording.file([SampleRecords.exit()])) }

    // MARK: get

    @Test func `get shows a report and ends with 0`() throws {
        let daemon = try answering()
        let result = try tsctl(["get", "--pid", "812"], socket: daemon.path).finish()
        #expect(result.status == 0)
        #expect(result.errors == "")
        #expect(result.output.hasPrefix("command           git\npid               812\n"))
        #expect(!result.output.contains("\u{1b}"))
    }

    @Test func `the socket can be named by option, which wins over the environment`() throws {
        let daemon = try answering()
        let result = try tsctl(
            ["get", "--pid", "812", "--socket", daemon.path], environment: ["TASKSTATS_SOCKET": "/nonexistent"]
        ).finish()
        #expect(result.status == 0)
    }

    @Test func `get in JSON prints the daemon's result byte for byte`() throws {
        let result = #"{"pid":812,"stats":{"new":18446744073709551615,"nvcsw":1}, "later" : [1, 2]}"#
        let daemon = try FakeDaemon { peer in
            try peer.sendHello(delayAccounting: false)
            try peer.answer(result)
        }
        let run = try tsctl(["get", "--pid", "812", "--json", "--fields", "nvcsw,delay"], socket: daemon.path).finish()
        #expect(run.output == result + "\n")
        #expect(run.status == 0)
        #expect(
            run.errors
                == "tsctl: delay accounting is off, so only waits for a CPU are counted; "
                + "turn it on with 'sysctl kernel.task_delayacct=1', for tasks that start afterwards\n")
        #expect(
            try daemon.finish().first?.call
                == .get(.pid(812), fields: FieldSet(group: .delay).union([.nvcsw])))
    }

    @Test func `no hint is given for fields that do not depend on delay accounting`() throws {
        let daemon = try FakeDaemon { peer in
            try peer.sendHello(delayAccounting: false)
            try peer.answer(#"{"tgid":812,"stats":{"nvcsw":1}}"#)
        }
        let run = try tsctl(["get", "--tgid", "812", "--fields", "nvcsw"], socket: daemon.path).finish()
        #expect(run.errors == "")
        #expect(run.output == "field  value\nnvcsw      1\n")
    }

    @Test func `get of a cgroup asks for its absolute path without links`() throws {
        let daemon = try FakeDaemon { peer in
            try peer.sendHello(delayAccounting: false)
            try peer.answer(#"{"cgroup":"/","stats":{"nr_sleeping":12,"nr_running":1}}"#)
        }
        // A link, which /proc/self/root is, and back to where it leads.
        let run = try tsctl(["get", "--cgroup", "/proc/self/root/tmp/../"], socket: daemon.path).finish()
        #expect(run.output.hasPrefix("cgroup            /\nrunning           1\nsleeping          12\n"))
        #expect(run.errors == "")
        #expect(try daemon.finish().first?.call == .get(.cgroup("/"), fields: .all))
    }

    @Test func `a refusal is one line and status 1`() throws {
        let daemon = try FakeDaemon { peer in
            try peer.sendHello(delayAccounting: false)
            try peer.refuse(ProtocolError(.noSuchTask, "there is no task 4\u{1b}[2J", errno: "ESRCH"))
        }
        let run = try tsctl(["get", "--pid", "4"], socket: daemon.path).finish()
        #expect(run == .init(status: 1, output: "", errors: "tsctl: there is no task 4\\x1b[2J (ESRCH)\n"))
    }

    // MARK: Trouble with the daemon

    @Test func `without a daemon it says what to do`() throws {
        let run = try tsctl(["status", "--socket", "/nonexistent"]).finish()
        #expect(run.status == 1)
        #expect(
            run.errors
                == "tsctl: cannot connect to /nonexistent: no such socket; start taskstatsd with "
                + "'sudo taskstatsd --socket /nonexistent', or give its socket with --socket\n")
    }

    @Test func `without access it says why`() throws {
        let daemon = try ServedDaemon(tasks: 0, "--refuse", "connect=PermissionDenied")
        let run = try tsctl(["watch"], socket: daemon.path).finish()
        #expect(run.status == 1)
        #expect(run.errors == "tsctl: taskstatsd does not serve this user: refused on demand (--refuse)\n")
    }

    // MARK: Usage

    @Test(arguments: [
        ["get"], ["get", "--pid", "1", "--cgroup", "/c"], ["get", "--pid", "0"], ["get", "--pid", "x"],
        ["get", "--cgroup", "/c", "--fields", "nvcsw"], ["get", "--pid", "1", "--fields", "colour"],
        ["get", "--pid", "1", "--fields", ","], ["watch", "--count", "0"], ["watch", "--filter", "exit=bad"],
        ["watch", "--scope", "thread"], ["nonsense"], ["status", "extra"],
    ])
    func `wrong usage is status 64, before any daemon is asked`(arguments: [String]) throws {
        let run = try tsctl(arguments, environment: ["TASKSTATS_SOCKET": "/nonexistent"]).finish()
        #expect(run.status == 64)
        #expect(run.output == "")
        #expect(run.errors.contains("Error: "))
    }

    @Test func `help and version end with 0`() throws {
        #expect(try tsctl(["--version"]).finish() == .init(status: 0, output: "0.1.0\n", errors: ""))
        for command in ["get", "top", "watch", "status"] {
            let help = try tsctl([command, "--help"]).finish()
            #expect(help.status == 0)
            #expect(help.output.contains("Examples:\n  tsctl \(command)"))
        }
    }

    // MARK: status

    @Test func `status shows the daemon and its CPUs`() throws {
        let daemon = try FakeDaemon { peer in
            try peer.sendHello(delayAccounting: false)
            try peer.answer(
                #"{"connection":{},"delay_accounting":false,"daemon":{"uptime_ms":7654321,"clients":3,"subscribers":2,"#
                    + #""registered_cpus":"0-1","cpus":[{"cpu":1,"subscribers":1,"received":47,"lost":144,"#
                    + #""receive_buffer_bytes":8388608}]}}"#)
        }
        let run = try tsctl(["status"], socket: daemon.path).finish()
        #expect(run.status == 0)
        #expect(run.output.contains("delay accounting  off; turn it on with: sysctl kernel.task_delayacct=1\n"))
        #expect(run.output.contains("you               root (0), sees every process\n"))
        #expect(run.output.contains("running for       2 h 7 min\n"))
        #expect(run.output.hasSuffix("\n  1            1        47   144         8.0 MiB\n"))
    }

    // MARK: Output that cannot be written

    @Test func `a full disk is one line and status 1`() throws {
        let daemon = try answering()
        let run = try tsctl(["get", "--pid", "812"], socket: daemon.path, output: .file("/dev/full")).finish()
        #expect(run.status == 1)
        #expect(run.errors == "tsctl: cannot write to standard output: No space left on device\n")
    }

    @Test func `a standard output that is closed is one line and status 1, and no bytes reach the daemon`() throws {
        let daemon = try FakeDaemon { peer in
            try peer.sendHello()
            try peer.send(ServerLine.stats(try peer.request().id, of: .pid(812), SampleRecords.task(), fields: .all))
            try peer.waitForEnd()
        }
        let run = try tsctl(["get", "--pid", "812"], socket: daemon.path, output: .closed).finish()
        #expect(run.status == 1)
        #expect(run.errors == "tsctl: cannot write to standard output: Bad file descriptor\n")
        #expect(try daemon.finish().count == 1)
    }
}

import CommandSupport
import Glibc
import TaskstatsProtocol
import TestSupport
import Testing

@testable import Taskstats
@testable import tsctl

/// The built command, with the options that select processes by cgroup, unit or command.
@Suite(.timeLimit(.minutes(1))) struct GetCgroupTests {
    private func get(_ arguments: [String], _ daemon: FakeDaemon? = nil) throws -> ChildProcess.Result {
        let result = try ChildProcess(
            ChildProcess.product("tsctl"), ["get"] + arguments,
            environment: ["TASKSTATS_SOCKET": daemon?.path ?? "/nonexistent"]
        ).finish()
        _ = try? daemon?.finish()
        return result
    }

    @Test(arguments: [
        ["--unit", "a", "--cgroup", "/a"], ["--unit", ""], ["--cgroup", ""], ["--unit", "a/b"],
        ["--unit", "a", "--csv"], ["--unit", "a", "--sort", "pid"],
        ["--unit", "a", "--fields", "nvcsw"], ["--unit", "a", "--threads"],
        ["--comm", "a", "--all"], ["--comm", "a", "--pid", "1"], ["--comm", ""], ["--comm", "[a"],
        ["--comm", "a", "--threads"], ["--cgroup", "/etc", "--interval", "1"], ["--unit", "a", "--count", "1"],
    ])
    func `wrong usage is status 64`(arguments: [String]) throws {
        let run = try get(arguments)
        #expect(run.status == 64)
        #expect(run.errors.contains("Error: "))
    }

    @Test func `a cgroup that does not exist is reported without a daemon`() throws {
        let run = try get(["--cgroup", "/no \"such\"\n cgroup"])
        #expect(run.status == 1)
        #expect(run.output == "")
        #expect(run.errors.hasPrefix("tsctl: cannot find the cgroup /no \"such\"\\x0a cgroup: it is not a directory"))
        #expect(run.errors.split(separator: "\n").count == 1)
    }

    @Test func `a unit that does not exist is reported without a daemon`() throws {
        let run = try get(["--unit", "no such unit.service"])
        #expect(run.status == 1)
        #expect(run.errors.hasPrefix("tsctl: cannot find "))
    }

    // MARK: By command

    /// A daemon that answers for each process.
    private func daemon() throws -> FakeDaemon {
        try FakeDaemon { peer in
            try peer.sendHello()
            while let request = try? peer.request() {
                guard case .get(let target, let fields, _) = request.call else { throw UnexpectedValue(request.call) }
                var record = SampleRecords.process()
                if case .pid(let id) = target { record = SampleRecords.task(pid: UInt64(id), command: "of\(id)") }
                try peer.send(ServerLine.stats(request.id, of: target, record, fields: fields))
            }
        }
    }

    /// Starts a process with a command of its own.
    private func sleeper(_ command: String, in directory: TemporaryDirectory) throws -> ChildProcess {
        let path = directory.file(command)
        guard unsafe symlink("/bin/sleep", path) == 0 else { throw UnexpectedValue(errno) }
        let process = try ChildProcess(path, ["1000"])
        let pid = UInt32(process.pid)
        try wait(for: "the command \(command)") { ProcessDirectory.command(of: pid) == Array(command.utf8) }
        return process
    }

    @Test func `processes are selected by patterns of their commands, and shown as a table`() throws {
        let directory = try TemporaryDirectory()
        let prefix = "t\(ChildProcess.ownID)"
        let first = try sleeper("\(prefix)a-x", in: directory)
        let second = try sleeper("\(prefix)b y", in: directory)
        let run = try get(["--comm", "\(prefix)a*", "--comm", "\(prefix)b [y]", "--sort", "pid"], daemon())
        #expect(run.errors == "")
        #expect(run.status == 0)
        let ids = run.output.split(separator: "\n").dropFirst().compactMap { $0.split(separator: " ").first }
        #expect(ids.map(String.init) == [first.pid, second.pid].sorted().map { "\($0)" })
        let one = try get(["--comm", "\(prefix)a-x", "--json"], daemon())
        #expect(one.output.hasPrefix(#"{"pid":\#(first.pid),"stats":{"#))
        #expect(one.output.split(separator: "\n").count == 1)
        first.send(signal: SIGKILL)
        second.send(signal: SIGKILL)
    }

    @Test func `it is a failure when no command matches`() throws {
        let run = try get(["--comm", "no*such", "--comm", "nor this"], daemon())
        #expect(run.status == 1)
        #expect(
            run.errors == "tsctl: no process that you can see has a command that matches 'no*such' or 'nor this' "
                + "(see /proc/PID/comm for the names)\n")
    }

    @Test func `a command is the text of its file without the last newline`() {
        #expect(ProcessDirectory.command(of: UInt32(ChildProcess.ownID))?.last != UInt8(ascii: "\n"))
        #expect(ProcessDirectory.command(of: 4_000_000_000) == nil)
        #expect(ProcessDirectory.ownership(of: 4_000_000_000, user: 0) == .gone)
        #expect(ProcessDirectory.ownership(of: 1, user: 12_345) == .other)
    }
}

import Glibc
import Taskstats
import TestSupport
import Testing

extension SystemTests {
    /// The daemon's privileges.
    @Suite struct PrivilegeTests {
        private static let netAdminAlone = "0000000000001000"
        private static let nothing = "0000000000000000"

        @Test(arguments: [[], ["--user", "nobody"]])
        func `started as root it keeps only CAP_NET_ADMIN, permanently`(options: [String]) throws {
            let daemon = try RunningDaemon(options)
            let status = try ProcessStatus(daemon.pid)
            for set in ["CapEff", "CapPrm", "CapBnd"] { #expect(status[set] == Self.netAdminAlone, "\(set)") }
            for set in ["CapInh", "CapAmb"] { #expect(status[set] == Self.nothing, "\(set)") }
            #expect(status["NoNewPrivs"] == "1")
            // Capabilities belong to a thread.
            let threads = try Host.run(["ls", "/proc/\(daemon.pid)/task"]).output.split(separator: "\n")
            for thread in threads.compactMap({ pid_t($0) }) {
                let status = try ProcessStatus(thread)
                for set in ["CapEff", "CapPrm", "CapBnd"] { #expect(status[set] == Self.netAdminAlone, "\(set)") }
                for set in ["CapInh", "CapAmb"] { #expect(status[set] == Self.nothing, "\(set)") }
                #expect(status["NoNewPrivs"] == "1")
            }
            let id = options.isEmpty ? 0 : Host.nobody
            let ids = Array(repeating: "\(id)", count: 4).joined(separator: "\t")
            #expect(status["Uid"] == ids)
            #expect(status["Gid"] == ids)
            #expect(options.isEmpty || status["Groups"] == "")
        }

        @Test(arguments: [nil, "nobody"])
        func `it is not dumpable: a process with its user and capability cannot inspect it`(user: String?) throws {
            let daemon = try RunningDaemon(user.map { ["--user", $0] } ?? [])
            let twin = Host.withNetAdminAlone(uid: user == nil ? 0 : Host.nobody)
            let other = try Sleeper { twin + $0 }
            #expect(try Host.run(twin + ["cat", "/proc/\(other.pid)/environ"]).status == 0, "the probe itself works")
            let look = try Host.run(twin + ["cat", "/proc/\(daemon.pid)/environ"])
            #expect(look.status != 0)
            #expect(look.errors.contains("Permission denied"))
            #expect(try Host.owner(of: "/proc/\(daemon.pid)/status") == 0)
        }

        @Test func `an ordinary user with an ambient capability is as good as root`() throws {
            let directory = try TemporaryDirectory()
            try #require(unsafe chown(directory.path, Host.nobody, Host.nobody) == 0)
            let program = directory.file("taskstatsd")
            try #require(
                Host.run(["install", "-m", "755", try ChildProcess.product("taskstatsd"), program]).status == 0)
            let daemon = try RunningDaemon(
                in: directory, under: Host.withNetAdminAlone(uid: Host.nobody), program: program)
            let status = try ProcessStatus(daemon.pid)
            #expect(status["CapEff"] == Self.netAdminAlone)
            #expect(status["CapPrm"] == Self.netAdminAlone)
            #expect(status["CapInh"] == Self.nothing)
            #expect(status["CapAmb"] == Self.nothing)
            #expect(status["NoNewPrivs"] == "1")
            #expect(try Host.owner(of: "/proc/\(daemon.pid)/status") == 0)
            try expectService(of: daemon)
            #expect(try daemon.stop().status == 0)
            #expect(!Host.exists(daemon.socket), "the directory belongs to it")
        }

        @Test func `root with only the capability starts as well`() throws {
            let daemon = try RunningDaemon(under: Host.withNetAdminAlone(uid: 0))
            #expect(try ProcessStatus(daemon.pid)["CapPrm"] == Self.netAdminAlone)
            try expectService(of: daemon)
        }

        @Test func `as another user it works like as root, even for clients that come later`() throws {
            let daemon = try RunningDaemon(["--user", "nobody"])
            try expectService(of: daemon)
            // Registrations are made by a process that is not root.
            try expectService(of: daemon)
            let own = try Sleeper(Host.asNobody)
            let roots = try Sleeper()
            let theirs = try Host.run(daemon.tsctlAsNobody(["get", "--pid", "\(own.pid)", "--json"]))
            #expect(theirs.status == 0, "\(theirs.errors)")
            #expect(try Host.run(daemon.tsctlAsNobody(["get", "--pid", "\(roots.pid)"])).status == 1)
            #expect(try Host.run(daemon.tsctlAsNobody(["get", "--pid", "\(daemon.pid)"])).status == 1)
            let tool = try ChildProcess.product("tsctl")
            let container = ["unshare", "--pid", "--fork", tool, "get", "--pid", "1", "--socket", daemon.socket]
            #expect(try Host.run(container).errors.contains("pid namespace"))
        }

        @Test func `as another user it logs that it cannot remove its socket, and the next start replaces it`() throws {
            let directory = try TemporaryDirectory()
            let first = try RunningDaemon(["--user", "nobody"], in: directory)
            let result = try first.stop()
            #expect(result.status == 0)
            #expect(result.output.contains("the next start replaces them"))
            #expect(Host.exists(first.socket))
            let second = try RunningDaemon(["--user", "nobody"], in: directory)
            try expectService(of: second)
        }

        @Test func `an unknown or forbidden user is an error with the name, and leaves no socket`() throws {
            let unknown = try RunningDaemon.failure(["--user", "no such user"])
            #expect(unknown.status == 1)
            #expect(unknown.output.contains("no such user: no such user"))
            let directory = try TemporaryDirectory()
            let socket = directory.file("taskstats.sock")
            let refused = try RunningDaemon.launch(
                ["--socket", socket, "--user", "nobody"], under: Host.withNetAdminAlone(uid: 0)
            ).finish()
            #expect(refused.status == 1)
            #expect(refused.output.contains("only root can switch to another user"))
            #expect(!Host.exists(socket))
        }

        @Test func `an unknown group is refused like an unknown user; only the default group may be missing`() throws {
            let unknown = try RunningDaemon.failure(["--group", "no such group"])
            #expect(unknown.status == 1, "\(unknown.output)")
            #expect(unknown.output.contains("no such group: no such group"))
            let groups = try Host.text("/etc/group").split(separator: "\n")
            if !groups.contains(where: { $0.hasPrefix("taskstats:") }) { _ = try RunningDaemon() }
        }

        @Test func `no environment variable selects a file that it opens`() throws {
            let names = [
                "TASKSTATS_SOCKET", "HOME", "PWD", "TMPDIR", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "RUNTIME_DIRECTORY",
                "TZ", "STATE_DIRECTORY", "CONFIGURATION_DIRECTORY", "CREDENTIALS_DIRECTORY", "LOGS_DIRECTORY",
            ]
            let directory = try TemporaryDirectory()
            let trace = directory.file("trace")
            let tainted = ["env"] + names.map { "\($0)=/tainted" }
            let daemon = try RunningDaemon(
                in: directory, under: tainted + ["strace", "-D", "-f", "-qq", "-s", "4096", "-o", trace])
            try expectService(of: daemon)
            _ = try daemon.stop()
            // The trace of execve has only the number of the program's environment variables.
            let calls = try Host.text(trace).split(separator: "\n")
            #expect(calls.contains { $0.contains(daemon.socket) })
            #expect(calls.filter { $0.contains("tainted") } == [])
        }

        @Test func `nor a program that runs when it crashes`() throws {
            let directory = try TemporaryDirectory()
            let (program, proof) = (directory.file("backtrace"), directory.file("proof"))
            let write = #"printf '#!/bin/sh\ntouch %s\n' "$1" >"$0" && chmod 755 "$0""#
            try #require(Host.run(["sh", "-c", write, program, proof]).status == 0)
            let environment = ["env", "SWIFT_BACKTRACE=enable=yes,swift-backtrace=\(program)"]
            let daemon = try RunningDaemon(in: directory, under: environment)
            let crash = try Host.run(Script.command("crash.py", "\(daemon.pid)", daemon.socket))
            try #require(crash.status == 0, "\(crash.errors)")
            try Host.wait(for: daemon.pid, toBe: "Z")
            #expect(!Host.exists(proof))
            #expect(try daemon.stop(signal: SIGKILL).status == 128 + SIGSEGV)
        }

        /// Checks that every request works.
        private func expectService(of daemon: RunningDaemon) throws {
            let connection = try daemon.connect()
            #expect(connection.server.access == .all)
            #expect(try connection.stats(ofTask: 1)[.acPid] == 1)
            #expect(try connection.stats(ofProcess: 1)[.cpuCount] ?? 0 > 0)
            let subscriber = try Subscriber(daemon)
            let ended = try (0..<Host.onlineCPUs).flatMap { cpu in
                try ExitLoad(finishing: ExitLoad.start(cpu: cpu, processes: 5, threads: 5)).ids
            }
            #expect(
                try connection.status().daemon?.registeredCPUs.description
                    == Host.text("/sys/devices/system/cpu/online").line)
            let events = try subscriber.leave()
            #expect(Set(events.exits.map(\.pid)).isSuperset(of: ended))
            #expect(events.lost == 0)
            if let cgroup = Host.mount(ofType: "cgroup") {
                let stats = try connection.stats(ofCgroup: cgroup)
                #expect(stats.running + stats.sleeping > 0)
            }
        }
    }
}

/// The fields of /proc/PID/status.
private struct ProcessStatus {
    private let entries: [Substring: Substring]

    init(_ pid: pid_t) throws {
        let lines = try Host.text("/proc/\(pid)/status").split(separator: "\n").map {
            $0.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        }
        entries = Dictionary(lines.map { ($0[0], $0[1]) }) { first, _ in first }
    }

    subscript(name: String) -> String? {
        entries[name[...]].map { String($0.drop { $0 == "\t" || $0 == " " }).trimmedEnd }
    }
}

extension StringProtocol {
    /// The first line.
    fileprivate var line: String { String(prefix { $0 != "\n" }) }

    fileprivate var trimmedEnd: String { String(reversed().drop { $0 == " " || $0 == "\t" }.reversed()) }
}

extension Host {
    /// Returns the command that runs another one with this user and CAP_NET_ADMIN, and no other capability.
    fileprivate static func withNetAdminAlone(uid: UInt32) -> [String] {
        [
            "setpriv", "--reuid=\(uid)", "--regid=\(uid)", "--clear-groups", "--inh-caps=-all,+net_admin",
            "--ambient-caps=+net_admin", "--bounding-set=-all,+net_admin",
        ]
    }

    fileprivate static func owner(of path: String) throws -> UInt32 {
        var status = stat()
        try #require(unsafe lstat(path, &status) == 0)
        return status.st_uid
    }
}

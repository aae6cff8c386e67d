import Taskstats
import TestSupport
import Testing

extension SystemTests {
    @Suite struct UnitFileTests {
        @Test func `its filter allows every system call of the daemon and a sweep`() throws {
            let directory = try TemporaryDirectory()
            let notify = directory.file("notify")
            let manager = try NotificationSocket(path: notify)
            let trace = directory.file("trace")
            let service = [
                "env", "NOTIFY_SOCKET=\(notify)", "WATCHDOG_USEC=100000", "python3", Script.path("activate.py"),
                "listening", directory.file("taskstats.sock"), "strace", "-D", "-f", "-qq", "-o", trace,
            ]
            let daemon = try RunningDaemon(in: directory, under: service)
            let connection = try daemon.connect()
            let subscriber = try Subscriber(daemon)
            _ = try ExitLoad(finishing: ExitLoad.start(cpu: 0, processes: 50, threads: 50))
            _ = try subscriber.leave()
            _ = try connection.stats(ofTask: 1)
            _ = try connection.status()
            // An ordinary user's queries make the daemon inspect processes and directories.
            _ = try Host.run(daemon.tsctlAsNobody(["get", "--tgid", "1"]))
            _ = try Host.run(daemon.tsctlAsNobody(["get", "--cgroup", "/sys/fs/cgroup"]))
            while try #require(try manager.next()) != "WATCHDOG=1" {}
            #expect(try daemon.stop().status == 0)
            var made = try Self.calls(in: Host.text(trace))

            let program = try ChildProcess.product("taskstatsd")
            try #require(Host.run(["strace", "-f", "-qq", "-o", trace, program, "--sweep"]).status == 0)
            made.formUnion(try Self.calls(in: Host.text(trace)))
            #expect(made.isSuperset(of: ["epoll_wait", "capset", "sched_setaffinity", "recvmmsg"]))
            let allowed = try Self.allowedCalls()
            // There is nothing to drop in the unit, so that the call may fail.
            #expect(made.subtracting(allowed).sorted() == ["capset"])
            #expect(!allowed.contains("setresuid") && !allowed.contains("mount"), "the filter must forbid something")
        }

        /// Returns the names in a trace of strace.
        private static func calls(in trace: String) -> Set<Substring> {
            Set(
                trace.split(separator: "\n").compactMap { line in
                    let call = line.drop { $0.isNumber }.drop { $0 == " " }
                    let name = call.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
                    return call.dropFirst(name.count).first == "(" && !name.isEmpty ? name : nil
                })
        }

        /// Returns the result of the unit's lines, as in systemd.exec(5): an initial list, then additions and removals.
        private static func allowedCalls() throws -> Set<Substring> {
            let root = Script.path("").split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" }
            let unit = try Host.text(root + "/contrib/systemd/taskstatsd.service").split(separator: "\n")
            var allowed: Set<Substring> = []
            for line in unit {
                guard let value = line.split(separator: "SystemCallFilter=", maxSplits: 1).first, value != line else {
                    continue
                }
                let names = try Set(value.drop { $0 == "~" }.split(separator: " ").flatMap(calls))
                if value.hasPrefix("~") { allowed.subtract(names) } else { allowed.formUnion(names) }
            }
            // Calls required to start or end a program are always allowed.
            return try allowed.union(calls(of: "@default"))
        }

        /// Returns the calls of a filter's group name.
        private static func calls(of name: Substring) throws -> [Substring] {
            guard name.hasPrefix("@") else { return [name] }
            let listing = try Host.run(["systemd-analyze", "--no-pager", "syscall-filter", String(name)])
            try #require(listing.status == 0, "\(listing.errors)")
            let lines = listing.output.split(separator: "\n").map { $0.drop { $0 == " " } }
            return try lines.dropFirst().filter { !$0.hasPrefix("#") }.flatMap(calls)
        }
    }
}

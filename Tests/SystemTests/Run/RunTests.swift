import Glibc
import Taskstats
import TestSupport
import Testing

extension SystemTests {
    /// `tsctl run` counts a command and all its descendants.
    @Suite struct RunTests {
        /// The user who runs it.
        enum User: CaseIterable { case root, nobody }

        /// The numbers of a JSON report that are compared.
        private struct Report {
            let text: String
            let output: String
            let status: Int32

            init(_ result: ChildProcess.Result) {
                (text, output, status) = (result.errors, result.output, result.status)
            }

            /// Returns the number after the first occurrence of a name.
            func number(_ name: String, in part: String = "all") -> UInt64? {
                guard let start = text.firstRange(of: #""\#(part)":{"#) else { return nil }
                let rest = text[start.upperBound...]
                guard let found = rest.firstRange(of: #""\#(name)":"#) else { return nil }
                return UInt64(rest[found.upperBound...].prefix { $0.isNumber })
            }

            /// Returns the bounds of a command's time.
            func bounds(_ name: String, of command: String) -> (lower: UInt64, upper: UInt64)? {
                guard let start = text.firstRange(of: #"{"command":"\#(command)","processes""#) else { return nil }
                let rest = text[start.upperBound...]
                guard let found = rest.firstRange(of: #""\#(name)":{"lower":"#) else { return nil }
                let numbers = rest[found.upperBound...].split { !$0.isNumber }.prefix(2).compactMap { UInt64($0) }
                return numbers.count == 2 ? (numbers[0], numbers[1]) : nil
            }
        }

        private func run(
            _ command: [String], as user: User, on daemon: RunningDaemon,
            sourceLocation: SourceLocation = #_sourceLocation
        ) throws -> Report {
            let arguments = ["run", "--json", "--"] + command
            let environment = ["env", "TASKSTATS_SOCKET=\(daemon.socket)"]
            let tsctl = try user == .nobody ? daemon.tsctlAsNobody() : [ChildProcess.product("tsctl")]
            let result = try Host.run(environment + tsctl + arguments)
            #expect(result.errors.contains(#""complete":true,"lost":0,"#), "\(result)", sourceLocation: sourceLocation)
            return Report(result)
        }

        @Test(arguments: User.allCases)
        func `two thousand short-lived children: each is counted`(user: User) throws {
            let daemon = try RunningDaemon()
            let script = "i=0; while [ $i -lt 2000 ]; do /bin/true; i=$((i+1)); done"
            let report = try run(["sh", "-c", script], as: user, on: daemon)
            #expect(report.status == 0)
            #expect(report.number("processes") == 2_001)
            #expect(report.number("tasks") == 2_001)
            #expect(report.number("failed") == 0)
            #expect(report.number("processes", in: "own") == 1)
            #expect(report.text.contains(#""still_running":0,"of_unknown_parents":0,"#))
        }

        @Test(arguments: User.allCases)
        func `a tree of processes, with failures and a signal`(user: User) throws {
            let daemon = try RunningDaemon()
            // The shell; a subshell with two children, one of which fails; one that is killed; and itself at the end.
            let script = "(/bin/true; /bin/false; exit 0); sh -c 'kill -KILL $$'; exit 9"
            let report = try run(["sh", "-c", script], as: user, on: daemon)
            #expect(report.status == 9)
            #expect(report.number("processes") == 5)
            #expect(report.number("failed") == 3)
            #expect(report.text.contains(#""exit":{"code":9}"#))
        }

        @Test(arguments: User.allCases)
        func `threads are counted, and the command's own are separate from its children's`(user: User) throws {
            let daemon = try RunningDaemon()
            let load = daemon.directory.file("exit-load")
            let copy = try Host.run(["install", "-m", "755", try ChildProcess.product("exit-load"), load])
            try #require(copy.status == 0, "\(copy.errors)")
            let report = try run([load, "0", "50", "200"], as: user, on: daemon)
            #expect(report.number("processes") == 51)
            #expect(report.number("tasks") == 251)
            #expect(report.number("processes", in: "own") == 1)
            #expect(report.number("tasks", in: "own") == 201)
            let inShell = try run(["sh", "-c", "\(load) 1 50 200; exit 0"], as: user, on: daemon)
            #expect(inShell.number("tasks") == 252)
            #expect(inShell.number("tasks", in: "own") == 1)
        }

        @Test(arguments: User.allCases)
        func `a descendant that left its parents and ended is counted, one that still runs is reported`(user: User)
            throws
        {
            let daemon = try RunningDaemon()
            let fifo = daemon.directory.file("fifo")
            try #require(unsafe mkfifo(fifo, 0o666) == 0)
            unsafe chmod(fifo, 0o666)
            let orphan =
                #"( setsid sh -c 'echo $$ > "$0"; exit 5' "$0" & ); read p < "$0"; while [ -e /proc/$p ]; do :; done"#
            let ended = try run(["sh", "-c", orphan, fifo], as: user, on: daemon)
            #expect(ended.status == 0)
            #expect(ended.number("processes") == 3)
            #expect(ended.number("failed") == 1)
            #expect(ended.text.contains(#""still_running":0,"of_unknown_parents":0,"#))

            let daemonised =
                #"( setsid sh -c 'echo $$ > "$0"; exec sleep 1000 > /dev/null 2>&1' "$0" & ); read p < "$0"; echo $p"#
            let living = try run(["sh", "-c", daemonised, fifo], as: user, on: daemon)
            let daemonPID = try #require(pid_t(living.output.dropLast()))
            #expect(kill(daemonPID, SIGKILL) == 0)
            #expect(living.number("processes") == 2)
            #expect(living.text.contains(#""still_running":1,"#))
        }

        @Test
        func `in a storm of processes and threads, every ended task is counted, also by a concurrent watch`() throws {
            let daemon = try RunningDaemon(RunningDaemon.roomForStorms)
            let load = try ChildProcess.product("exit-load")
            let tool = try ChildProcess.product("tsctl")
            let result = try Host.run([
                "env", "TASKSTATS_SOCKET=\(daemon.socket)", tool, "run", "--json", "--", load, "storm", "0", "7",
                "10000",
            ])
            #expect(result.status == 0)
            #expect(result.errors.contains(#""complete":true,"lost":0,"#), "\(result.errors)")
            let tasks = result.output.split(separator: "\n").count
            #expect(tasks >= 10_000)
            #expect(Report(result).number("tasks") == UInt64(tasks))
        }

        @Test func `user and system time lie between what a process reads at its end and what wait4 returns`() throws {
            let daemon = try RunningDaemon()
            let report = try run(["python3", Script.path("known_work.py")], as: .root, on: daemon)
            let times = report.output.split { $0 == " " || $0 == "\n" }.compactMap { UInt64($0) }
            try #require(times.count == 4, "\(report)")
            // A tick between the measurement and the last record changes the ratio by which the kernel scales.
            let ticks: UInt64 = 8 * 4_000_000
            for (name, before, after) in [("user_time_ns", times[0], times[2]), ("system_time_ns", times[1], times[3])]
            {
                let (lower, upper) = try #require(report.bounds(name, of: "work"))
                #expect(upper + ticks >= before, "\(name): \(lower) to \(upper) ns; \(times)")
                #expect(lower <= after + ticks, "\(name): \(lower) to \(upper) ns; \(times)")
            }
        }

        @Test func `a command needs no terminator, and keeps its own options`() throws {
            let daemon = try RunningDaemon()
            let result = try Host.run([
                ChildProcess.product("tsctl"), "run", "--socket", daemon.socket, "sh", "-c", "exit 7", "--help",
            ])
            #expect(result.status == 7)
            #expect(result.errors.hasPrefix("command           sh -c exit 7 --help\n"))
        }

        @Test func `a daemon killed meanwhile does not affect the command`() throws {
            let daemon = try RunningDaemon()
            let result = try Host.run([
                try ChildProcess.product("tsctl"), "run", "--socket", daemon.socket, "--", "sh", "-c",
                "kill -KILL \(daemon.pid); sleep 0.1; exit 6",
            ])
            #expect(result.status == 6)
            #expect(result.errors.contains(" of the command are not counted"))
        }
    }
}

import Glibc
import TaskstatsClient
import TestSupport
import Testing

extension SystemTests {
    @Suite("`tsctl run` counts a command and all its descendants")
    struct RunTests {
        /// Who runs it.
        enum User: CaseIterable { case root, nobody }

        /// The numbers of a report in JSON that are to be compared.
        private struct Report {
            let text: String
            let output: String
            let status: Int32

            init(_ result: ChildProcess.Result) {
                (text, output, status) = (result.errors, result.output, result.status)
            }

            /// The number that stands behind a name for the first time.
            func number(_ name: String, in part: String = "all") -> UInt64? {
                guard let start = text.firstRange(of: #""\#(part)":{"#) else { return nil }
                let rest = text[start.upperBound...]
                guard let found = rest.firstRange(of: #""\#(name)":"#) else { return nil }
                return UInt64(rest[found.upperBound...].prefix { $0.isNumber })
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

        @Test("Two thousand short-lived children: each is counted", arguments: User.allCases)
        func manyChildren(user: User) throws {
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

        @Test("A tree of processes, with failures and a signal", arguments: User.allCases)
        func tree(user: User) throws {
            let daemon = try RunningDaemon()
            // The shell; a subshell with two children, one of which fails; one that is killed; and itself at the end.
            let script = "(/bin/true; /bin/false; exit 0); sh -c 'kill -KILL $$'; exit 9"
            let report = try run(["sh", "-c", script], as: user, on: daemon)
            #expect(report.status == 9)
            #expect(report.number("processes") == 5)
            #expect(report.number("failed") == 3)
            #expect(report.text.contains(#""exit":{"code":9}"#))
        }

        @Test("Threads are counted, and the command's own are told apart from its children's", arguments: User.allCases)
        func threads(user: User) throws {
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

        @Test(
            "A descendant that left its parents and ended is counted, one that still runs is told",
            arguments: User.allCases)
        func orphans(user: User) throws {
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

        @Test("A storm of processes and threads: everything that ended in it is counted, by whoever watches too")
        func storm() throws {
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

        @Test("A daemon that is killed meanwhile does not touch the command")
        func daemonKilled() throws {
            let daemon = try RunningDaemon()
            let result = try Host.run([
                try ChildProcess.product("tsctl"), "run", "--socket", daemon.socket, "--", "sh", "-c",
                "kill -KILL \(daemon.pid); sleep 0.1; exit 6",
            ])
            #expect(result.status == 6)
            #expect(result.errors.contains("counted only up to where the connection broke"))
        }
    }
}

import Glibc
import Taskstats
import TestSupport
import Testing

extension SystemTests {
    /// tsctl top in a real terminal.
    @Suite(.timeLimit(.minutes(3))) struct TopTests {
        private let daemon: RunningDaemon
        private let terminal: TerminalUser

        init() throws {
            daemon = try RunningDaemon()
            terminal = try TerminalUser(environment: [
                // Swift's own crash report waits for a key.
                "TASKSTATS_SOCKET": daemon.socket, "SWIFT_BACKTRACE": "enable=no",
            ])
        }

        /// Starts top between two samples of the terminal's state.
        private func start(_ options: String = "--interval 0.3", asNobody: Bool = false) throws {
            let command = try asNobody ? daemon.tsctlAsNobody(["top"]) : [ChildProcess.product("tsctl"), "top"]
            try terminal.enter(
                "stty -g >\(daemon.directory.file("before")); \(command.joined(separator: " ")) \(options); "
                    + "echo status $?; stty -g >\(daemon.directory.file("after"))")
            try terminal.wait(for: "figures") { lines in
                lines.contains { $0.hasPrefix("processes") && $0.contains(" seen") }
            }
            let state = try terminal.state()
            #expect(state.isOtherScreen && !state.hasCursor)
        }

        /// Waits for the end, and checks that the terminal is restored.
        private func expectEnd(status: String = "status 0") throws {
            let lines = try terminal.wait(for: "the end") { lines in lines.contains { $0.hasPrefix("status") } }
            #expect(lines.contains(status))
            #expect(!lines.contains { $0.hasPrefix("tsctl top ") })
            let state = try terminal.state()
            #expect(!state.isOtherScreen && state.hasCursor)
            try terminal.enter("echo done")
            try terminal.wait(for: "the shell") { $0.contains("done") }
            #expect(try Host.text(daemon.directory.file("before")) == Host.text(daemon.directory.file("after")))
        }

        @Test func `it shows running and ended processes, and q restores the terminal`() throws {
            let busy = try Host.start(["sh", "-c", "while :; do sh -c 'exit 3'; done"])
            try start()
            try terminal.press("/", "s", "h", "Enter")
            try terminal.wait(for: "one that failed") { lines in
                lines.contains { $0.contains(" F sh (exit code 3") }
            }
            try terminal.press("/")
            try terminal.press("n", "o", "s", "u", "c", "h")
            try terminal.wait(for: "the filter") {
                $0.contains { $0.hasSuffix("filter: nosuch_") } && !$0.contains { $0.hasSuffix(" sh") }
            }
            try terminal.press("Escape", "h")
            try terminal.wait(for: "help") { $0.first?.hasPrefix("Columns, in percent") == true }
            try terminal.press("h", "P")
            let lines = try terminal.wait(for: "another order") { lines in
                lines.contains { $0.contains(", by PID") }
            }
            #expect(lines.contains { $0.hasPrefix("pressure") })
            try terminal.press("t")
            try terminal.wait(for: "threads") { lines in
                lines.contains { $0.hasPrefix("threads ") && $0.contains("seen") }
            }
            busy.send(signal: SIGKILL)
            _ = try busy.finish()
            try terminal.press("q")
            try expectEnd()
        }

        @Test func `a new size redraws the screen`() throws {
            try start()
            #expect(try terminal.screen().contains { $0.contains(" SWAP ") })
            try terminal.resize(columns: 60, rows: 9)
            let lines = try terminal.wait(for: "fewer columns") { lines in
                !lines.contains { $0.contains(" SWAP ") } && lines.contains { $0.contains(" BLKIO ") }
            }
            #expect(lines.allSatisfy { $0.count <= 60 })
            try terminal.press("q")
            try expectEnd()
        }

        @Test(arguments: [SIGTERM, SIGHUP, SIGINT])
        func `SIGTERM, SIGHUP and Ctrl-C restore the terminal`(signal: Int32) throws {
            try start()
            let top = try TopProcess(socket: daemon.socket)
            if signal == SIGINT { try terminal.press("C-c") } else { _ = kill(top.pid, signal) }
            try expectEnd()
        }

        @Test(arguments: [SIGSEGV, SIGABRT, SIGTRAP])
        func `a crash restores the terminal`(signal: Int32) throws {
            try start()
            _ = kill(try TopProcess(socket: daemon.socket).pid, signal)
            try expectEnd(status: "status \(128 + signal)")
        }

        @Test func `Ctrl-Z restores the terminal, and fg resumes`() throws {
            try start("--interval 0.3; fg")
            try terminal.press("C-z")
            let lines = try terminal.wait(for: "the screen again") { $0.contains { $0.hasPrefix("processes ") } }
            #expect(lines.contains { $0.hasPrefix("pressure") })
            try terminal.press("q")
            try terminal.wait(for: "the end") { lines in lines.contains { $0.hasPrefix("status 0") } }
            let state = try terminal.state()
            #expect(!state.isOtherScreen && state.hasCursor)
        }

        @Test func `a daemon that goes away is reported, and used again when it is back`() throws {
            try start()
            _ = try daemon.stop(signal: SIGKILL)
            try terminal.wait(for: "the note") { $0.contains { $0.hasPrefix("note") && $0.contains("reconnecting") } }
            let other = try RunningDaemon(in: daemon.directory)
            try terminal.wait(for: "the daemon") { lines in !lines.contains { $0.contains("reconnecting") } }
            try terminal.press("q")
            try expectEnd()
            _ = other
        }

        @Test func `an ordinary user sees its own processes`() throws {
            let sleeper = try Sleeper(Host.asNobody)
            try start("--match sleep --interval 300ms", asNobody: true)
            let lines = try terminal.wait(for: "the process") { lines in
                lines.contains { $0.contains("\(sleeper.pid) nobody") }
            }
            #expect(lines.contains { $0.hasPrefix("processes ") && $0.contains(" of yours") })
            #expect(!lines.contains { $0.contains(" root ") })
            try terminal.press("q")
            try expectEnd()
        }
    }
}

import Taskstats
import TestSupport
import Testing

extension SystemTests {
    /// The daemon behaves as Protocol/ states.
    @Suite struct ProtocolTests {
        /// Conversations that need a daemon with little room.
        private static let tight = ["closing", "lost"]
        /// Conversations that need a daemon with a history.
        private static let keeping = ["history"]

        @Test func `the conversations of Protocol/examples are reproduced`() throws {
            let names = try Host.run(["ls", Self.file("Protocol/examples")]).output
                .split(separator: "\n").map { String($0.dropLast(".ndjson".count)) }
            let roomy = try replay(
                names.filter { !(Self.tight + Self.keeping).contains($0) },
                on: RunningDaemon(["--requests-per-second", "100"]))
            let options = ["--receive-buffer", "4608", "--receive-buffer-max", "4608", "--queue-bytes", "65536"]
            let kept = try replay(Self.keeping, on: RunningDaemon(["--history", "1M"]))
            let outcome = try roomy + kept + replay(Self.tight, on: RunningDaemon(options + ["--stall-timeout", "0"]))
            #expect(outcome.map { String($0.prefix { $0 != ":" }) }.sorted() == names.sorted())
            // Lines that a working daemon cannot be made to send, or that need another kernel or other mounts.
            let excused = [
                "errors": ["InternalError", "KernelError"],
                "exit-old-kernel": ["the record of a kernel with struct version 8"],
                "get-cgroup": ["cgroup is not mounted"],
            ]
            for line in outcome {
                let parts = line.split(separator: ", not ").map(String.init)
                let name = String(line.prefix { $0 != ":" })
                #expect(Set(parts.dropFirst()).isSubset(of: excused[name] ?? []), "\(line)")
            }
        }

        private func replay(_ names: [String], on daemon: RunningDaemon) throws -> [String] {
            let files = names.map { Self.file("Protocol/examples/\($0).ndjson") }
            let result = try Host.run(["python3", Script.path("replay.py"), daemon.socket, "\(daemon.pid)"] + files)
            #expect(result.status == 0, "\(result.errors)")
            print(result.output, terminator: "")
            return result.output.split(separator: "\n").map(String.init)
        }

        @Test func `the Python client written from Protocol/README.md works as described`() throws {
            let daemon = (RunningDaemon.recording + [try ChildProcess.product("taskstatsd")]).joined(separator: " ")
            let result = try Host.run([
                "env", "TASKSTATSD=\(daemon)", "TSCTL=\(try ChildProcess.product("tsctl"))", "python3", "-W", "error",
                Self.file("contrib/python/test_taskstats.py"),
            ])
            #expect(result.status == 0, "\(result.errors)")
        }

        @Test func `the three introductory commands of Protocol/README.md work as printed`() throws {
            let daemon = try RunningDaemon()
            let lines = try Self.firstShellLines(of: "Protocol/README.md")
                .map { $0.split(separator: "/run/taskstats.sock", omittingEmptySubsequences: false) }
                .map { $0.joined(separator: daemon.socket) }
            try #require(lines.count == 3)
            let greeting = try Host.run(["sh", "-c", lines[0]])
            #expect(greeting.status == 0 && greeting.output.contains(#""protocol": "1.1""#), "\(greeting)")
            let answer = try Host.run(["sh", "-c", lines[1]])
            #expect(answer.status == 0 && answer.output.contains(#""ac_pid": 1,"#), "\(answer)")

            var watch = try Host.start(["sh", "-c", lines[2]])
            try waitForSubscriber(of: daemon)
            let child = try Host.start(["true"])
            let pid = child.pid
            _ = try child.finish()
            _ = try #require(try watch.line("the exit of \(pid)") { $0 == #"[\#(pid),"true"]"# })
            #expect(try daemon.stop().status == 0)
            // It ends with the daemon.
            #expect(try watch.finish().status == 0)
        }

        @Test func `the shell example prints the failed commands, and ends with the daemon`() throws {
            let daemon = try RunningDaemon()
            var watch = try Host.start(["sh", Self.file("contrib/shell/failures"), daemon.socket])
            try waitForSubscriber(of: daemon)
            _ = try Host.run(["true"])
            let failed = try Host.start(["sh", "-c", "exit 3"])
            let killed = try Host.start(["sh", "-c", "kill -KILL $$"])
            let wanted: Set = [#"\#(failed.pid) "sh" 3"#, #"\#(killed.pid) "sh" SIGKILL"#]
            _ = try failed.finish()
            _ = try killed.finish()
            var seen: Set<String> = []
            while seen != wanted, let line = try watch.line() {
                if wanted.contains(line) { seen.insert(line) }
            }
            #expect(seen == wanted)
            #expect(try daemon.stop().status == 0)
            #expect(try watch.finish().status == 0)
        }

        private func waitForSubscriber(of daemon: RunningDaemon) throws {
            let observer = try daemon.connect()
            try wait(for: "a subscriber") { try observer.status().daemon?.subscribers != 0 }
        }

        /// Returns the lines of the first block of shell commands in a page.
        private static func firstShellLines(of page: String) throws -> [String] {
            let text = try Host.text(file(page)).split(separator: "\n", omittingEmptySubsequences: false)
            let begin = try #require(text.firstIndex(of: "```sh"))
            return text[(begin + 1)...].prefix { $0 != "```" }.map(String.init)
        }

        /// Returns the path of a file of the project.
        private static func file(_ name: String, here: String = #filePath) -> String {
            here.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" } + "/" + name
        }
    }
}

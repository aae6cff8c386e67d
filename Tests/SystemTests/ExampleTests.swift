import Taskstats
import TestSupport
import Testing

extension SystemTests {
    /// The example program works as described.
    @Suite struct ExampleTests {
        @Test func `it prints ended tasks with their waits, and reconnects when the daemon is back`() throws {
            let directory = try TemporaryDirectory()
            var daemon = try RunningDaemon(in: directory)
            var example = try Host.start([try ChildProcess.product("waiting"), "1", daemon.socket])

            _ = try line(of: &example, with: "watching as user 0, with access to all")
            _ = try Host.run(["sh", "-c", "for i in 1 2 3; do sh -c 'exit 3'; done; exec python3 -c ''"])
            let heading = try line(of: &example, with: "ended failed")
            #expect(heading.hasSuffix("command"))
            #expect(try line(of: &example, with: "\"sh\"").split(separator: " ").prefix(2) == ["3", "3"])

            _ = try daemon.stop(signal: 9)
            _ = try line(of: &example, with: "lost the connection to taskstatsd")
            daemon = try RunningDaemon(in: directory)
            _ = try line(of: &example, with: "watching as user 0")
            example.send(signal: 15)
            _ = try example.finish()
        }

        @Test func `without a daemon it reports that and ends with 1`() throws {
            let result = try Host.run([try ChildProcess.product("waiting"), "1", "/nonexistent"])
            #expect(result.status == 1)
            #expect(result.output.hasPrefix("cannot connect to "))
        }

        private func line(of program: inout ChildProcess, with text: String) throws -> String {
            let line = try program.line("a line with '\(text)'") { $0.contains(text) }
            return try #require(line, "it ended before it printed '\(text)'")
        }
    }
}

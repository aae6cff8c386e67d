import Glibc
import TestSupport
import Testing

extension SystemTests {
    /// tsctl get for many processes at once.
    @Suite(.timeLimit(.minutes(1))) struct GetAllTests {
        @Test
        func `an ordinary user gets all of its processes within the allowed rate, however many there are`() throws {
            let daemon = try RunningDaemon(["--requests-per-second", "60"])
            var crowd = try Host.start(
                Host.asNobody(["sh", "-c", "for i in $(seq 70); do sleep 1000 & done; echo ready; wait"]))
            #expect(try crowd.line() == "ready")
            let result = try Host.run(daemon.tsctlAsNobody(["get", "--all", "--sort", "command"]))
            let rows = result.output.split(separator: "\n").filter { $0.hasSuffix(" sleep") }
            for row in rows { _ = row.split(separator: " ").first.flatMap { pid_t($0) }.map { kill($0, SIGKILL) } }
            _ = try crowd.finish()
            #expect(result.status == 0)
            #expect(rows.count >= 70)
            #expect(!result.errors.contains("requests"))
            #expect(!result.output.contains(" root "))
        }

        @Test func `root gets every process that /proc lists, with its sums and its name`() throws {
            let daemon = try RunningDaemon()
            let sleeper = try Sleeper()
            let result = try Host.run([
                ChildProcess.product("tsctl"), "get", "--all", "--socket", daemon.socket, "--sort", "pid",
            ])
            #expect(result.status == 0)
            let rows = result.output.split(separator: "\n").dropFirst()
            #expect(rows.first?.split(separator: " ").first == "1")
            #expect(rows.contains { $0.split(separator: " ").first == "\(sleeper.pid)" && $0.hasSuffix(" sleep") })
            #expect(rows.contains { $0.hasSuffix(" kthreadd") })
        }
    }
}

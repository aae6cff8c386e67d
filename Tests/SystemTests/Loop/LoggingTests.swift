import Glibc
import Taskstats
import TestSupport
import Testing

extension SystemTests {
    /// Logging never blocks the daemon.
    @Suite struct LoggingTests {
        private static let connections = 4_600
        private let clock = ContinuousClock()

        @Test(arguments: ["info", "debug"])
        func `it serves and stops although nothing reads its messages`(level: String) throws {
            // Nothing reads the log of a RunningDaemon after it is ready.
            let daemon = try RunningDaemon(["--default-access", "none", "--log-level", level])
            try connect(to: daemon.socket, as: Host.nobody)
            try connect(to: daemon.socket, as: 0)
            #expect(try daemon.connect().stats(ofTask: 1)[.acPid] == 1)
            let begun = clock.now
            try #require(kill(daemon.pid, SIGTERM) == 0)
            try Host.wait(for: daemon.pid, toBe: "Z")
            #expect(clock.now - begun < .seconds(2))
            #expect(try daemon.stop(signal: SIGKILL).status == 0)
        }

        @Test func `the number of dropped messages is reported when reading resumes`() throws {
            let directory = try TemporaryDirectory()
            unsafe chmod(directory.path, 0o755)
            let socket = directory.file("taskstats.sock")
            var daemon = try RunningDaemon.launch(["--socket", socket, "--log-level", "debug"])
            _ = try #require(try daemon.line("'ready'") { $0.hasSuffix("ready") })
            try connect(to: socket, as: 0)
            var (connected, dropped) = (0, 0)
            while dropped == 0, let line = try daemon.line() {
                #expect(line.hasPrefix("20") && line.contains("[taskstatsd]"))
                if line.hasSuffix("] connected") { connected += 1 }
                if line.hasSuffix("messages dropped") {
                    dropped = try #require(Int(line.split(separator: " ").dropLast(2).last ?? ""))
                }
            }
            #expect(dropped > 0 && connected + dropped < 2 * Self.connections)
            daemon.send(signal: SIGTERM)
            let end = try daemon.finish()
            #expect(end.status == 0)
            #expect(end.output.contains("] stopped"), "the log must be complete at the end")
        }

        @Test func `of many refusals a few are logged, and the number of the others`() throws {
            let daemon = try RunningDaemon(["--default-access", "none", "--log-level", "info"])
            try connect(to: daemon.socket, as: Host.nobody)
            // The summary is due within a second.
            let end = clock.now + .milliseconds(1_500)
            while clock.now < end { sched_yield() }
            let lines = try daemon.stop().output.split(separator: "\n")
            let refused = lines.count { $0.hasSuffix("] refused a connection") }
            let others = lines.compactMap { line in
                line.hasSuffix("more connections, lines or requests")
                    ? Int(line.split(separator: " ").dropLast(5).last ?? "") : nil
            }
            #expect(refused + others.reduce(0, +) == Self.connections, "\(refused) and \(others)")
            #expect(refused < 100)
        }

        private func connect(to socket: String, as uid: UInt32) throws {
            let command = Script.command("connections.py", socket, "\(uid)", "\(Self.connections)")
            let result = try Host.run(command)
            try #require(result.status == 0, "\(result.errors)")
            #expect(result.output == (uid == 0 ? "\(Self.connections)\n" : "0\n"))
        }
    }
}

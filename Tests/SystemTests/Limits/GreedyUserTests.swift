import Glibc
import Taskstats
import TestSupport
import Testing

extension SystemTests {
    /// One user at every limit at once.
    @Suite struct GreedyUserTests {
        /// Fewer requests than usual, as a debug build has no time for 5,000 per second.
        private let options = [
            "--queue-bytes", "\(1 << 20)", "--queue-bytes-per-user", "\(4 << 20)", "--requests-per-second", "500",
        ]

        /// contrib/bench measures how fast the other user is answered.
        @Test func `another user is answered and loses nothing; all is counted and released`() throws {
            let daemon = try RunningDaemon(options, under: Host.unhindered, program: try RunningDaemon.installable)
            var greedy = try Host.start(Script.command("greedy.py", daemon.socket))
            try #require(try greedy.line() == "greedy")
            let isFull = try daemon.wait(.seconds(30)) { $0.queuedBytes >= 2 << 20 }
            #expect(isFull)
            let uid = 1
            let command = Script.command("bystander.py", "\(uid)", "300", "2", daemon.socket)
            let rounds = try (0..<5).map { _ in try Script.numbers(Host.unhindered + command) }
            greedy.send(signal: SIGTERM)
            let result = try greedy.finish()
            #expect(result.status == 0, "\(result.errors)")

            try #require(rounds.joined().allSatisfy { $0.count == 4 } && rounds.allSatisfy { $0.count == 1 })
            for some in rounds.joined() { #expect(some[2] == 0 && some[3] == 0) }

            let refusals = result.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
            for (name, allowed) in [
                ("connections_per_second", 100), ("connections_per_uid", 32), ("requests_per_second", 500),
            ] {
                let refusal = try #require(refusals.first { $0[0] == name })
                #expect(refusal[1...2] == ["\(allowed)", "\(allowed)"])
            }
            #expect(refusals.count == 3)

            #expect(try daemon.wait(.seconds(10)) { $0.clients == 1 && $0.subscribers == 0 && $0.queuedBytes == 0 })
        }
    }
}

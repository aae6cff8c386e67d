import Glibc
import TestSupport
import Testing

extension SystemTests {
    /// Queries that do not return.
    @Suite struct BlockedQueryTests {
        @Test
        func `all other clients are served while a query is held, and its answer comes when it is released`() throws {
            let workshop = try Workshop()
            let (gate, launcher) = try workshop.gate()
            let daemon = try RunningDaemon(under: launcher)
            let lines = try Script.fields(workshop.command("blocked.py", daemon.socket, gate))
            let round = [
                ["root", "50"], ["another user", "50"], ["the same user", "('blocked_queries', 1, 1)"],
                ["late answer", "True"], ["the same user again", "True"],
            ]
            #expect(lines == round + round + round)
            #expect(try daemon.connect().status().daemon?.clients == 1)
        }

        /// The last reference to a mapped socket that lingers is dropped by the daemon, when it queries a process that ends.
        @Test func `a process whose last mapped socket lingers delays no answer`() throws {
            let workshop = try Workshop()
            let daemon = try RunningDaemon(["--requests-per-second", "1000000"])
            let program = try workshop.program("mapped")
            let seconds = Requested.number("TASKSTATS_LINGER") ?? 10
            let lines = try Script.fields(
                workshop.command("mapped.py", daemon.socket, program, "70103", "\(seconds)"))
            let longest = try #require(lines.first?.last.flatMap { Int($0) })
            print("F1: \(lines.first ?? []): processes, gets of root, longest in ms")
            #expect(longest < 1_000, "a get of root waited for a socket of another user")
        }
    }
}

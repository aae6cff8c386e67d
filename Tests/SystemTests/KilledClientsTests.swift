import TestSupport
import Testing

extension SystemTests {
    /// Clients may die at any time; contrib/bench measures how soon their registrations end.
    @Suite struct KilledClientsTests {
        @Test func `when 1,000 are killed, registrations match the living clients, and at the end none`() throws {
            let daemon = try RunningDaemon(["--connections-per-user", "256"])
            let seed = Requested.number("TASKSTATS_SEED") ?? 1
            let result = try Host.run(Script.command("mayflies.py", daemon.socket, "\(daemon.pid)", "1000", "\(seed)"))
            try #require(result.status == 0, "\(result.errors)")
            print("killed clients: \(result.output)", terminator: "")
            #expect(result.output.contains("\"registered\": \"\""))
            #expect(try daemon.connect().status().daemon?.clients == 1)
            #expect(try daemon.stop().status == 0)
        }
    }
}

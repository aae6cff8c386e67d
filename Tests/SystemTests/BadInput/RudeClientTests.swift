import Glibc
import TaskstatsProtocol
import TestSupport
import Testing

extension SystemTests {
    /// Clients that are slow, never read, disconnect, or shut one direction.
    @Suite struct RudeClientTests {
        @Test
        func `they get the specified answers, cost almost nothing while they stay, and leave nothing behind`() throws {
            let queueBytes = 8 << 20
            let deafClients = 4
            let daemon = try RunningDaemon(["--queue-bytes", "\(queueBytes)"])
            let before = try Footprint(daemon)
            for uid in [0, Host.nobody] {
                let wellBehavedClient = try WellBehavedClient(daemon)
                var clients = try Host.start(Script.command("rude.py", daemon.socket, "\(uid)"))
                var said: [String] = []
                while let line = try clients.line(), line != "held" { said.append(line) }
                // As much as one answer may be missing.
                let full = deafClients * (queueBytes - ProtocolLimits.lineBytes)
                let patience = Duration.seconds(Requested.isSanitized ? 300 : 30)
                #expect(try daemon.wait(patience) { $0.queuedBytes >= full }, "\(said)")
                print("rude: \(try wellBehavedClient.finish())")
                let share = try daemon.cpuShare(over: .seconds(1))
                #expect(share < 0.05 || Requested.isSanitized, "the daemon is busy with clients that do nothing")
                clients.send(signal: SIGTERM)
                let result = try clients.finish()
                #expect(result.status == 0, "uid \(uid): \(result.errors)")
                print("rude: uid \(uid): \(said.joined(separator: ", ")) ms; CPU while they stay \(share)")
            }
            try before.expectAgain(daemon)
        }
    }
}

import Testing

extension SystemTests {
    /// TASKSTATS_MISUSE_LENGTH allows longer orders: 4 takes minutes.
    @Suite struct MisuseTests {
        @Test func `each line is answered once, in order, and the connection is in the specified state`() throws {
            let daemon = try RunningDaemon()
            let before = try Footprint(daemon)
            let wellBehavedClient = try WellBehavedClient(daemon)
            let length = Requested.number("TASKSTATS_MISUSE_LENGTH") ?? 3
            // An ordinary user may connect a hundred times per second.
            for (uid, length) in [(0, length), (Host.nobody, min(length, 2))] {
                let result = try Host.run(Script.command("misuse.py", daemon.socket, "\(uid)", "\(length)"))
                #expect(result.status == 0, "uid \(uid): \(result.errors)")
                let numbers = result.output.dropLast()
                print("misuse: uid \(uid), \(length) steps: orders, connections, lines: \(numbers)")
            }
            print("misuse: \(try wellBehavedClient.finish())")
            try before.expectAgain(daemon)
        }
    }
}

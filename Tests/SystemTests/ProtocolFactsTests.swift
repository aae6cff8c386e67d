import Testing

extension SystemTests {
    /// Statements of Protocol/README.md that only a running daemon on a real kernel can prove; facts.py checks each.
    @Suite struct ProtocolFactsTests {
        struct Fact: CustomTestStringConvertible {
            let name: String
            let testDescription: String
            var options: [String] = []
        }

        private static let facts = [
            Fact(name: "zombie", testDescription: "a process that has ended and was not waited for"),
            Fact(name: "exec", testDescription: "exec by a thread that is not the first"),
            Fact(name: "last", testDescription: "records of threads that come after the one with last"),
            Fact(name: "name", testDescription: "a command name has 15 bytes, not characters"),
            Fact(name: "time", testDescription: "doubles hold a time only to 256 ns"),
            Fact(name: "before-hello", testDescription: "requests sent before hello"),
            Fact(
                name: "stalled", testDescription: "a stalled client's stream ends within a line",
                options: ["--stall-timeout", "1", "--queue-bytes", "1M"]),
            Fact(name: "next-seq", testDescription: "sequence numbers start at next_seq, and counters of a CPU stay"),
        ]

        @Test(arguments: facts)
        func `a statement about a running daemon holds`(_ fact: Fact) throws {
            let daemon = try RunningDaemon(fact.options)
            let result = try Host.run(Script.command("facts.py", daemon.socket, fact.name))
            #expect(result.status == 0, "\(result.errors)")
        }
    }
}

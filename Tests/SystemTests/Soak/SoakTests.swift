import TestSupport
import Testing

extension SystemTests {
    /// One daemon for a long time: storm after storm, clients that come and go, and a complete audit each round.
    ///
    /// By default it takes seconds; TASKSTATS_SOAK_MINUTES extends it, as contrib/soak does.
    @Suite struct SoakTests {
        @Test func `however long storms last and clients come and go, memory and descriptors do not grow`() throws {
            let daemon = try RunningDaemon(["--receive-buffer", "131072", "--queue-bytes", "262144"])
            let minutes = Requested.number("TASKSTATS_SOAK_MINUTES") ?? 0
            let end = ContinuousClock.now + .seconds(minutes * 60)
            let size = ConservationRun.Size(rounds: 10, tasksPerStorm: minutes == 0 ? 1_500 : 4_000)
            var sum = ConservationRun.Outcome()
            var seed: UInt64 = 0
            var settled: (resident: Int, descriptors: Int)?
            repeat {
                seed += 1
                let outcome = try ConservationRun(seed: seed, size: size, daemon: daemon).run()
                for problem in outcome.problems.prefix(20) { Issue.record("round \(seed): \(problem)") }
                sum += outcome

                let held = try (resident: daemon.residentBytes, descriptors: daemon.openDescriptors)
                print(
                    "soak: round \(seed): \(outcome.exits) exits, \(held.resident >> 10) KiB, \(held.descriptors) descriptors"
                )
                // The growth of buffers in the first rounds is kept for the next.
                if seed <= Self.roundsToReconcile { settled = held }
                guard let settled else { continue }
                #expect(held.descriptors == settled.descriptors)
                #expect(held.resident <= settled.resident + Self.slackBytes)
            } while seed < Self.leastRounds || ContinuousClock.now < end
            #expect(try daemon.stop().status == 0)
            print("soak: \(seed) rounds, \(sum)")
        }

        private static let roundsToReconcile: UInt64 = 4
        private static let leastRounds: UInt64 = 8
        /// The allocator keeps a varying amount.
        private static let slackBytes = 8 << 20
    }
}

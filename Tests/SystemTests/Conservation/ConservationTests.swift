import TestSupport
import Testing

extension SystemTests {
    /// No record is lost without a report.
    @Suite struct ConservationTests {
        @Test
        func `each client's records and losses add up to the ended tasks, whatever clients and tasks do`() throws {
            var sum = ConservationRun.Outcome()
            for seed in Self.seeds {
                do {
                    let daemon = try RunningDaemon(ConservationRun.limits(seed: seed))
                    let outcome = try ConservationRun(seed: seed, size: Self.size, daemon: daemon).run()
                    #expect(try daemon.stop().status == 0)
                    for problem in outcome.problems.prefix(20) { Issue.record("seed \(seed): \(problem)") }
                    sum += outcome
                } catch {
                    Issue.record("seed \(seed): \(error)")
                    sum.problems.append("\(error)")
                }
            }
            let enoughForEverything = 20
            if Self.seeds.count >= enoughForEverything {
                #expect(sum.told.lostInKernel > 0, "no seed lost anything in the kernel")
                #expect(sum.told.lostInQueue > 0, "no seed lost anything in a queue")
            }
            print("conservation: \(Self.seeds.count) seed\(Self.seeds.count == 1 ? "" : "s"), \(sum)")
        }

        /// TASKSTATS_SEED selects one, TASKSTATS_SEEDS a number of them.
        private static let seeds: [UInt64] = {
            if let seed = Requested.number("TASKSTATS_SEED") { return [UInt64(seed)] }
            return (1...(Requested.number("TASKSTATS_SEEDS") ?? 8)).map(UInt64.init)
        }()

        /// TASKSTATS_EXITS makes each seed continue until this many tasks have ended.
        private static let size: ConservationRun.Size = {
            var size = ConservationRun.Size()
            if let exits = Requested.number("TASKSTATS_EXITS") {
                size.exits = exits
                size.tasksPerStorm = 4_000
            }
            return size
        }()
    }
}

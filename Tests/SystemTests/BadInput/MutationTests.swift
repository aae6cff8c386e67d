import TestSupport
import Testing

extension SystemTests {
    /// Randomly mutated lines, from root and from an ordinary user with default limits, while clients of the
    /// conservation test come and go.
    ///
    /// TASKSTATS_MUTATIONS is their number, TASKSTATS_SEED the seed; contrib/check/mutate sets them.
    @Suite struct MutationTests {
        private static let usualLines = 20_000

        @Test func `each gets the correct answer, and no records of others are missing`() throws {
            let lines = Requested.number("TASKSTATS_MUTATIONS") ?? Self.usualLines
            let seed = Requested.number("TASKSTATS_SEED") ?? 1
            // With more than the usual number of lines, answers are not kept for validation.
            let daemon = try RunningDaemon(under: lines > Self.usualLines ? ["env", "-u", "LD_PRELOAD"] : [])
            let before = try Footprint(daemon)
            let wellBehavedClient = try WellBehavedClient(daemon)
            let run = try ConservationRun(
                seed: UInt64(seed), size: .init(rounds: 1, tasksPerStorm: 1_000), daemon: daemon)
            let ordinaryLines = lines / 5
            let attackers = try [
                Attacker(daemon, uid: 0, seed: seed, lines: lines - ordinaryLines),
                Attacker(daemon, uid: Host.nobody, seed: seed + 1_000_000, lines: ordinaryLines),
            ]
            repeat { try run.begin() } while attackers.contains { $0.isAlive }
            for attacker in attackers { print("mutations: \(try attacker.finish())") }

            // Some of the lines were subscriptions.
            for (cpu, position) in try run.recorder.read().enumerated() {
                run.otherRegistrations.append((cpu, 0...position))
            }
            // Its clients must be gone; the well-behaved client has a subscription.
            print("mutations: \(try wellBehavedClient.finish())")
            let outcome = try run.end()
            for problem in outcome.problems.prefix(20) { Issue.record("seed \(seed): \(problem)") }
            print("mutations: \(lines) lines; beside them \(outcome)")
            try before.expectAgain(daemon)
        }
    }
}

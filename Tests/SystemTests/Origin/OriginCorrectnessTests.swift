import TestSupport
import Testing

extension SystemTests {
    /// No value of an origin is wrong.
    @Suite struct OriginCorrectnessTests {
        /// TASKSTATS_SEED selects one, TASKSTATS_SEEDS a number of them.
        private static let seeds: [Int] = {
            if let seed = Requested.number("TASKSTATS_SEED") { return [seed] }
            return Array(1...(Requested.number("TASKSTATS_SEEDS") ?? 5))
        }()

        @Test func `origins agree with what a random load started, in which cgroup and session, by which parents`()
            throws
        {
            let program = try OriginProgram()
            let daemon = try RunningDaemon(RunningDaemon.roomForStorms)
            var sums = [Int](repeating: 0, count: 7)
            for seed in Self.seeds {
                let workplace = try TemporaryDirectory()
                let result = try Host.run(
                    Script.command("origin_load.py", daemon.socket, program.path, workplace.path, "\(seed)", "200"))
                guard result.status == 0 else {
                    Issue.record("seed \(seed): \(result.errors)")
                    continue
                }
                let lines = result.output.split(separator: "\n")
                let numbers = (lines.first ?? "").split(separator: " ").compactMap { Int($0) }
                try #require(numbers.count == sums.count)
                for (index, number) in numbers.enumerated() { sums[index] += number }
                for line in lines.dropFirst() { Issue.record("seed \(seed): \(line)") }
            }
            let (values, wrong, known, records) = (sums[0], sums[1], sums[2], sums[3])
            let (longKnown, long, lost) = (sums[4], sums[5], sums[6])
            #expect(values > 100 * Self.seeds.count, "the load was too small")
            // Those that executed a program at the end are not known.
            #expect(2 * longKnown > long, "hardly any command line is known")
            print(
                "O7: \(Self.seeds.count) seeds, \(values) values, \(wrong) wrong; command_args of \(known) of \(records) "
                    + "records, of \(longKnown) of \(long) that lived at least 50 ms; \(lost) records lost")
        }
    }
}

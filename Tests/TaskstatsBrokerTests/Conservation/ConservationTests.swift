import Testing

/// Every loss is reported and every report is a loss, on random runs.
@Suite struct ConservationTests {
    @Test(arguments: 0..<200)
    func `delivered and lost records add up to the matching ones, line by line`(seed: Int) {
        ConservationRun(seed: UInt64(seed)).run(steps: 100)
    }

    @Test func `the runs cover every kind of line and loss`() {
        var seen = ConservationRun.Tally()
        for seed in 1_000..<1_030 as Range<UInt64> {
            let run = ConservationRun(seed: seed)
            run.run(steps: 100)
            seen.add(run.tally)
        }
        #expect(seen.delivered > 1_500)
        #expect(seen.lostInQueue > 1_500)
        #expect(seen.lostInKernel > 5_000)
        #expect(seen.redacted > 100)
        #expect(seen.disconnected > 5)
        #expect(seen.refusedRegistrations > 2)
        #expect(seen.replaced > 100)
    }
}

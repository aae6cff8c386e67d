import Testing

@testable import taskstatsd

@Suite struct LoopSamplesTests {
    private let second: UInt64 = 1_000_000_000

    private func sample(_ iteration: UInt64, busySince: UInt64 = 0, hasEvents: Bool = false) -> LoopSamples.Sample {
        LoopSamples.Sample(iteration: iteration, busySince: busySince, hasEvents: hasEvents)
    }

    @Test func `an iteration that takes a second is reported once, and the next one again`() {
        var samples = LoopSamples()
        let actions = [
            samples.next(sample(7, busySince: 10 * second), at: 10 * second + 1),
            samples.next(sample(7, busySince: 10 * second), at: 11 * second),
            samples.next(sample(7, busySince: 10 * second), at: 12 * second),
            samples.next(sample(8, busySince: 12 * second), at: 14 * second),
        ]
        #expect(actions == [.none, .report(milliseconds: 1_000), .none, .report(milliseconds: 2_000)])
    }

    @Test func `events ready for a second are reported, events of different iterations are not`() {
        var samples = LoopSamples()
        let actions = [
            samples.next(sample(1, hasEvents: true), at: 1 * second),
            samples.next(sample(2, hasEvents: true), at: 2 * second),
            samples.next(sample(2, hasEvents: true), at: 3 * second),
            samples.next(sample(2, hasEvents: true), at: 4 * second),
            samples.next(sample(2, hasEvents: true), at: 5 * second),
        ]
        #expect(actions == [.none, .none, .report(milliseconds: 1_000), .none, .none])
    }

    @Test func `without an iteration since the last sample it is time to park`() {
        var samples = LoopSamples()
        let actions = [
            samples.next(sample(1), at: second), samples.next(sample(2), at: 2 * second),
            samples.next(sample(2), at: 3 * second),
        ]
        #expect(actions == [.none, .none, .park])
    }
}

import Testing

@testable import tsctl

/// Rates for people.
@Suite struct RateTests {
    @Test func `amounts are converted to seconds without overflow`() {
        #expect(Rate.perSecond(10, in: 2_000_000) == 5)
        #expect(Rate.perSecond(1, in: 3_000_000) == 0)
        #expect(Rate.perSecond(.max, in: 1_000_000) == .max)
        #expect(Rate.perSecond(.max, in: 1) == .max)
        #expect(Rate.perSecond(0, in: 0) == 0)
        #expect(Rate.perSecond(5, in: 0) == .max)
    }

    @Test func `bytes take at most six characters`() {
        for (count, text) in [
            (0, "0"), (999, "999"), (1_000, "0.9K"), (1_024, "1.0K"), (999 * 1_024, "999.0K"),
            (1_023_999, "999.9K"), (1_000 * 1_024, "0.9M"), (1 << 20, "1.0M"), (1 << 40, "1.0T"), (.max, "15.9E"),
        ] as [(UInt64, String)] {
            #expect(Rate.shortBytes(count) == text)
            #expect(text.count <= 6)
        }
    }
}

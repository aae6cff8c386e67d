import Testing

@testable import taskstatsd

@Suite struct FailureLogTests {
    private let millisecond: UInt64 = 1_000_000

    @Test func `three messages report every failure of an error that persists for two minutes`() {
        var log = FailureLog()
        let attempts = (0...120_000).compactMap { log.failed(at: 7 + $0 * millisecond) }
        #expect(attempts == [1, 60_000, 60_000])
    }

    @Test func `a failure after a quiet minute is reported at once`() {
        var log = FailureLog()
        let first = log.failed(at: millisecond)
        let second = log.failed(at: millisecond + FailureLog.reportInterval)
        #expect(first == 1 && second == 1)
    }
}

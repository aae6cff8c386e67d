import Testing

@testable import taskstatsd

@Suite struct FailureLogTests {
    private let millisecond: UInt64 = 1_000_000

    @Test("Three messages report every failure of an error that persists for two minutes")
    func persistentError() {
        var log = FailureLog()
        let attempts = (0...120_000).compactMap { log.failed(at: 7 + $0 * millisecond) }
        #expect(attempts == [1, 60_000, 60_000])
    }

    @Test("A failure after a quiet minute is reported at once")
    func rareError() {
        var log = FailureLog()
        let first = log.failed(at: millisecond)
        let second = log.failed(at: millisecond + FailureLog.reportInterval)
        #expect(first == 1 && second == 1)
    }
}

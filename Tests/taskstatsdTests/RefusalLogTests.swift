import Testing

@testable import taskstatsd

@Suite struct RefusalLogTests {
    private let second: UInt64 = 1_000_000_000

    @Test func `the first five refusals of a second are logged, and the others are counted afterwards`() {
        var log = RefusalLog()
        let begun = 100 * second
        let logged = (0..<7).map { _ in log.mayLog(at: begun) }
        #expect(logged == [true, true, true, true, true, false, false])
        #expect(log.dueAt == begun + second)
        let (early, due) = (log.takeSummary(at: begun + second - 1), log.takeSummary(at: begun + second))
        #expect(early == nil && due == 2)
        #expect(log.dueAt == nil)
        let next = log.mayLog(at: begun + second)
        #expect(next)
    }

    @Test func `few refusals are all logged, and no summary is due`() {
        var log = RefusalLog()
        for number: UInt64 in 1...50 {
            let mayLog = log.mayLog(at: number * second / 4)
            #expect(mayLog)
            #expect(log.dueAt == nil)
        }
    }
}

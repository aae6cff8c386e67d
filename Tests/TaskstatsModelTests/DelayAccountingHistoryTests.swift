import Testing

@testable import TaskstatsModel

@Suite struct DelayAccountingHistoryTests {
    @Test func `without a sample, and without a switch, the coverage is unknown`() {
        var history = DelayAccountingHistory()
        #expect(history.coverage(from: 5) == nil)
        history.observe(isOn: true, at: 1)
        history.observe(isOn: nil, at: 2)
        #expect(history.coverage(from: 5) == nil)
        #expect(history == DelayAccountingHistory())
    }

    @Test func `a life is covered from the first sample on, until the switch is seen off again`() {
        var history = DelayAccountingHistory()
        history.observe(isOn: true, at: 10)
        history.observe(isOn: true, at: 20)
        #expect(history.coverage(from: 9) == .unknown)
        #expect(history.coverage(from: 10) == .counted)
        history.observe(isOn: false, at: 30)
        #expect(history.coverage(from: 9) == .uncounted)
        #expect(history.coverage(from: 30) == .uncounted)
        #expect(history.coverage(from: 31) == .unknown)
        history.observe(isOn: true, at: 40)
        #expect(history.coverage(from: 20) == .uncounted)
        #expect(history.coverage(from: 35) == .unknown)
        #expect(history.coverage(from: 40) == .counted)
        #expect(history.coverage(from: nil) == .unknown)
    }
}

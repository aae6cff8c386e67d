import Testing

@testable import taskstatsd

@Suite struct LostStartsTests {
    @Test func `a difference counts once it has lasted`() {
        var lost = LostStarts()
        lost.received = 10
        #expect(lost.take(counted: 13, at: 0) == 0)
        #expect(lost.isSettling)
        #expect(lost.take(counted: 13, at: LostStarts.settling) == 3)
        #expect(!lost.isSettling)
        #expect(lost.take(counted: 13, at: 3 * LostStarts.settling) == 0)
    }

    @Test func `executions that were only on their way are not lost`() {
        var lost = LostStarts()
        #expect(lost.take(counted: 5, at: 0) == 0)
        lost.received = 4
        #expect(lost.take(counted: 5, at: 1) == 0)
        lost.received = 5
        #expect(lost.take(counted: 5, at: 2) == 0)
        #expect(!lost.isSettling)
    }

    @Test func `what was lost before a client wanted starts is not lost to it`() {
        var lost = LostStarts()
        lost.received = 4
        lost.ignore(counted: 10)
        #expect(lost.take(counted: 10, at: 0) == 0)
        #expect(!lost.isSettling)
        #expect(lost.take(counted: 11, at: 1) == 0)
        #expect(lost.take(counted: 11, at: 1 + LostStarts.settling) == 1)
        lost.received = 20
        lost.ignore(counted: 11)
        #expect(lost.take(counted: 26, at: 2 * LostStarts.settling) == 0)
        #expect(!lost.isSettling)
    }

    @Test func `of a growing difference only the smallest counts`() {
        var lost = LostStarts()
        #expect(lost.take(counted: 2, at: 0) == 0)
        #expect(lost.take(counted: 9, at: LostStarts.settling) == 2)
        #expect(lost.take(counted: 9, at: LostStarts.settling + 1) == 0)
        #expect(lost.take(counted: 9, at: 2 * LostStarts.settling + 1) == 7)
    }
}

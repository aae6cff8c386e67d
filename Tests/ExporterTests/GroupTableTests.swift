import CommandSupport
import Testing

@testable import taskstats_exporter

@Suite struct GroupTableTests {
    private func exit(_ totals: inout GroupTotals) { totals.add(.code(0), lifetime: nil, cpuWait: nil) }

    @Test func `groups beyond the limit count in other`() {
        var table = GroupTable(limit: 2)
        for name in ["a", "b", "c", "d", "a"] { table.update(name, at: 0, exit) }
        #expect(table.entries.map(\.name) == ["a", "b"])
        #expect(table.entries.map(\.totals.exits) == [2, 1])
        #expect(table.other.exits == 2)
        #expect(table.evictions == 0)
    }

    @Test func `a new group takes the place of the one that has been idle for the longest time`() {
        var table = GroupTable(limit: 2)
        table.update("old", at: 0, exit)
        table.update("older", at: 0, exit)
        table.update("old", at: 10, exit)
        table.update("new", at: 600, exit)
        #expect(table.entries.map(\.name) == ["old", "new"])
        #expect(table.evicted.exits == 1)
        table.update("newer", at: 605, exit)
        #expect(table.other.exits == 1)
        table.update("newer", at: 610, exit)
        #expect(table.entries.map(\.name) == ["newer", "new"])
        #expect(table.evicted.exits == 3)
        #expect(table.sum.exits == 6)
    }

    @Test func `a group with a living task keeps its place`() {
        var table = GroupTable(limit: 1)
        table.update("a", at: 0, exit)
        table.addLiving("a")
        table.update("b", at: 10_000, exit)
        #expect(table.other.exits == 1)
        table.forgetLiving()
        table.update("b", at: 10_001, exit)
        #expect(table.entries.map(\.name) == ["b"])
    }

    @Test func `a group that returns begins at 0`() {
        var table = GroupTable(limit: 1, idleSeconds: 1)
        table.update("a", at: 0, exit)
        table.update("b", at: 1, exit)
        table.update("a", at: 2, exit)
        #expect(table.entries.map(\.totals.exits) == [1])
        #expect(table.evicted.exits == 2)
    }
}

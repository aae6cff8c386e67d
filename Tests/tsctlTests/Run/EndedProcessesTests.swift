import Testing

@testable import tsctl

@Suite struct EndedProcessesTests {
    @Test func `the oldest are forgotten first`() {
        var ended = EndedProcesses(limit: 3)
        for id in 1...5 as ClosedRange<UInt32> { ended.insert(id, parent: id + 100, time: UInt64(id)) }
        #expect(ended[1] == nil)
        #expect(ended[2] == nil)
        #expect((3...5).map { ended[$0]?.parent } == [103, 104, 105])
    }

    @Test func `an id that was used again is the later process, and is kept as long`() {
        var ended = EndedProcesses(limit: 3)
        ended.insert(1, parent: 100, time: 1)
        ended.insert(2, parent: 100, time: 2)
        ended.insert(1, parent: 200, time: 3)
        ended.insert(4, parent: 100, time: 4)
        #expect(ended[1]?.parent == 200)
        #expect(ended[1]?.time == 3)
        ended.insert(5, parent: 100, time: 5)
        #expect(ended[2] == nil)
        ended.insert(6, parent: 100, time: 6)
        #expect(ended[1] == nil)
    }
}

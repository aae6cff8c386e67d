import TestSupport
import Testing

@testable import Taskstats
@testable import TaskstatsProtocol

/// The pure part of a connection, without a socket.
@Suite struct ConnectionStateMachineTests {
    private func exit(_ pid: UInt32) -> LineStream.Line {
        .event(.exit(SampleRecords.exit(pid: pid)))
    }

    private func drain(_ stateMachine: inout ConnectionStateMachine) -> [TaskstatsEvent] {
        var events: [TaskstatsEvent] = []
        while case .event(let event) = stateMachine.takeKept() { events.append(event) }
        return events
    }

    private func summary(_ events: [TaskstatsEvent]) -> [String] {
        events.map { event in
            switch event {
            case .exit(let record): "exit \(record.pid)"
            case .start(let start): "start \(start.pid)"
            case .lost(let lost): "lost \(lost.count ?? 0) \(lost.place)"
            case .live(let index): "live \(index)"
            case .closing(let reason): "closing \(reason)"
            }
        }
    }

    @Test func `what goes beyond the bound is counted where the gap is, and nothing is counted twice`() throws {
        var stateMachine = ConnectionStateMachine(keeping: 2)
        for pid in 1...2 as ClosedRange<UInt32> { _ = try stateMachine.receiveAwaitingAnswer(exit(pid)) }
        for pid in 3...5 as ClosedRange<UInt32> { _ = try stateMachine.receiveAwaitingAnswer(exit(pid)) }
        _ = try stateMachine.receiveAwaitingAnswer(.event(.lost(LostRecords(.kernel(cpu: 1), count: 10))))
        _ = try stateMachine.receiveAwaitingAnswer(exit(6))
        _ = try stateMachine.receiveAwaitingAnswer(.event(.lost(LostRecords(.kernel(cpu: 1), count: 5))))
        _ = try stateMachine.receiveAwaitingAnswer(.event(.lost(LostRecords(.queue, count: 100))))
        #expect(
            summary(drain(&stateMachine)) == ["exit 1", "exit 2", "lost 104 queue", "lost 15 kernel(cpu: 1)"])
        #expect(stateMachine.takeKept() == nil)
    }

    private func exit(index: UInt64) -> LineStream.Line {
        var record = SampleRecords.exit()
        record.index = index
        return .event(.exit(record))
    }

    @Test func `only the last loss of a gap has the index behind the gap`() throws {
        var stateMachine = ConnectionStateMachine(keeping: 1)
        stateMachine.start = .after(instance: "9f0c", index: 0)
        for index in 1...2 as ClosedRange<UInt64> { _ = try stateMachine.receiveAwaitingAnswer(exit(index: index)) }
        let kernel = LostRecords(.kernel(cpu: 1), count: 3, index: 5)
        _ = try stateMachine.receiveAwaitingAnswer(.event(.lost(kernel)))
        _ = try stateMachine.receiveAwaitingAnswer(exit(index: 6))
        #expect(
            drain(&stateMachine).dropFirst() == [
                .lost(LostRecords(.queue, count: 2, index: 2)), .lost(LostRecords(.kernel(cpu: 1), count: 3, index: 6)),
            ])
        #expect(stateMachine.lastIndex == 6)
    }

    @Test func `a gap of starts alone does not change where the subscription resumes`() throws {
        var stateMachine = ConnectionStateMachine(keeping: 1)
        stateMachine.start = .after(instance: "9f0c", index: 0)
        _ = try stateMachine.receiveAwaitingAnswer(exit(index: 7))
        let start = ProcessStart(cpu: 1, pid: 812, origin: ProcessOrigin(sources: .init()))
        _ = try stateMachine.receiveAwaitingAnswer(.event(.start(start)))
        #expect(summary(drain(&stateMachine)) == ["exit 812", "lost 1 queue"])
        #expect(stateMachine.lastIndex == 7)
    }

    @Test func `after events were taken there is room again, behind the gap`() throws {
        var stateMachine = ConnectionStateMachine(keeping: 2)
        for pid in 1...4 as ClosedRange<UInt32> { _ = try stateMachine.receiveAwaitingAnswer(exit(pid)) }
        _ = stateMachine.takeKept()
        _ = stateMachine.takeKept()
        _ = try stateMachine.receiveAwaitingAnswer(exit(5))
        _ = try stateMachine.receiveAwaitingAnswer(exit(6))
        #expect(summary(drain(&stateMachine)) == ["lost 2 queue", "exit 5", "lost 1 queue"])
    }

    @Test func `a losing daemon cannot make it keep without bound`() throws {
        var stateMachine = ConnectionStateMachine(keeping: 4)
        for round in 0..<10_000 as Range<UInt32> {
            _ = try stateMachine.receiveAwaitingAnswer(exit(round))
            _ = try stateMachine.receiveAwaitingAnswer(
                .event(.lost(LostRecords(.kernel(cpu: Int(round % 2)), count: 1))))
        }
        let events = drain(&stateMachine)
        #expect(events.count == 6)
        let lost = events.reduce(into: UInt64(0)) { if case .lost(let loss) = $1 { $0 += loss.count ?? 0 } }
        #expect(lost == 10_000 + 9_998)
    }

    @Test func `a goodbye is kept even when there is no room, and ends the stateMachine`() throws {
        var stateMachine = ConnectionStateMachine(keeping: 1)
        _ = try stateMachine.receiveAwaitingAnswer(exit(1))
        #expect(throws: TaskstatsError.self) { try stateMachine.receiveAwaitingAnswer(.event(.closing("over"))) }
        #expect(summary(drain(&stateMachine)) == ["exit 1", "closing over"])
        #expect(stateMachine.end?.code == .closedByDaemon)
        stateMachine.fail(.disconnected)
        #expect(stateMachine.end?.code == .closedByDaemon)
    }

    @Test func `only the answer to the last request is an answer`() throws {
        var stateMachine = ConnectionStateMachine()
        _ = stateMachine.nextID()
        let id = stateMachine.nextID()
        let action = try stateMachine.receiveAwaitingAnswer(.event(.reply(id: id - 1, .other)))
        guard case .readOn = action else { throw UnexpectedValue(action) }
        let next = try stateMachine.receiveAwaitingAnswer(.answer(.reply(id: id, .other), result: [1]))
        guard case .answer(.other, text: [1]) = next else { throw UnexpectedValue(next) }
    }
}

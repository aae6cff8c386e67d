import TaskstatsModel
import TaskstatsProtocol
import TestSupport
import Testing

@testable import TaskstatsBroker

/// Records that do not fit into a client's queue are dropped, counted exactly, and reported at the position of the gap.
@Suite struct QueueLossTests {
    private static let queueBytes = 4_096
    private let host = TestHost(.sample(limits: .usual { $0.queueBytes = queueBytes }))

    private func subscribed(_ filter: RecordFilter = RecordFilter()) throws -> TestClient {
        let client = try host.connect()
        client.subscribe(filter: filter)
        client.read()
        return client
    }

    @Test func `a loss is reported as soon as there is room, even without a following record`() throws {
        let client = try subscribed()
        host.end([EndedTask](1...50))
        let received = client.read()
        #expect(Journal.fault(in: received, of: 1...50) == nil)
        #expect(received.last == .lost(.queue, UInt64(50 - client.pids.count)))
        #expect(client.pids.count > 5)
    }

    @Test(arguments: [7, 100, 500, 1_500])
    func `every gap is reported at its position, however little is read at a time`(bytesAtATime: Int) throws {
        let client = try subscribed()
        var pid: UInt32 = 0
        for _ in 0..<60 {
            host.end([EndedTask](pid + 1...pid + 9))
            pid += 9
            client.read(bytesAtATime)
        }
        client.read()
        #expect(Journal.fault(in: client.received, of: 1...pid) == nil)
        #expect(client.losses.count > 1 || bytesAtATime < 100)
    }

    @Test func `the queued bytes never exceed the limit`() throws {
        let client = try subscribed()
        for pid in 1...300 as ClosedRange<UInt32> {
            host.end(EndedTask(pid: pid))
            #expect(host.unsentBytes(of: client.id) <= Self.queueBytes)
            if pid.isMultiple(of: 5) { client.read(700) }
        }
    }

    @Test func `the queue may be filled up to the limit`() throws {
        let probe = try subscribed()
        host.end(EndedTask(pid: 1))
        let lineBytes = host.unsentBytes(of: probe.id)

        let host = TestHost(.sample(limits: .usual { $0.queueBytes = 3 * lineBytes }))
        let client = try host.connect()
        client.subscribe()
        client.read()
        host.end([EndedTask](1...4))
        #expect(host.unsentBytes(of: client.id) == 3 * lineBytes)
        #expect(client.read() == [.exit(1), .exit(2), .exit(3), .lost(.queue, 1)])
    }

    @Test func `a queue that is too small for any record still reports losses`() throws {
        let host = TestHost(.sample(limits: .usual { $0.queueBytes = 200 }))
        let client = try host.connect()
        client.read()
        client.subscribe()
        client.read()
        host.end([EndedTask](1...50))
        host.lose(6, cpu: 0)
        let received = client.read()
        #expect(Journal.fault(in: received, of: 1...50) == nil)
        #expect(received.contains(.lost(.kernel(cpu: 0), 6)))
    }

    @Test func `only matching records count`() throws {
        let client = try subscribed(RecordFilter(uids: [7]))
        for pid in 1...100 as ClosedRange<UInt32> { host.end(EndedTask(pid: pid, uid: pid.isMultiple(of: 2) ? 7 : 8)) }
        client.read()
        #expect(Journal.fault(in: client.received, of: stride(from: 2, through: 100, by: 2)) == nil)
    }

    @Test func `a client that does not read takes nothing from those that do`() throws {
        let (stalled, running) = (try subscribed(), try subscribed())
        for pid in 1...200 as ClosedRange<UInt32> {
            host.end(EndedTask(pid: pid))
            running.read()
        }
        stalled.read()
        #expect(running.pids == Array(1...200))
        #expect(running.losses.isEmpty)
        #expect(Journal.fault(in: stalled.received, of: 1...200) == nil)
        #expect(stalled.exitLines == Array(running.exitLines.prefix(stalled.exitLines.count)))
    }

    @Test func `earlier losses are reported before an answer`() throws {
        let client = try subscribed()
        host.end([EndedTask](1...50))
        client.read(1_000)
        let request = try #require(client.ask(.status))
        let received = client.read()
        #expect(received.last == .answer(request))
        #expect(received.dropLast().last == .lost(.queue, UInt64(50 - client.pids.count)))
    }

    @Test func `with overflow disconnect the connection ends with a reason, after queued lines`() throws {
        let (client, other) = (try host.connect(), try subscribed())
        client.subscribe(overflow: .disconnect)
        host.end([EndedTask](1...50))
        client.read()
        #expect(client.pids == Array(1...UInt32(client.pids.count)))
        #expect(client.losses.isEmpty)
        guard case .closing(let reason) = client.received.last else { throw UnexpectedValue(client.received.last) }
        #expect(reason.contains("overflow"))
        #expect(!host.isConnected(client.id))
        other.read()
        #expect(Journal.fault(in: other.received, of: 1...50) == nil)
    }

    @Test func `a subscription that drops replaces one that disconnects`() throws {
        let client = try host.connect()
        client.subscribe(overflow: .disconnect)
        client.subscribe(overflow: .drop)
        host.end([EndedTask](1...50))
        client.read()
        #expect(Journal.fault(in: client.received, of: 1...50) == nil)
    }
}

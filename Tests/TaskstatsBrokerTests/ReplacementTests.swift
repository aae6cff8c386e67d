import TaskstatsModel
import TestSupport
import Testing

@testable import TaskstatsBroker

/// A subscription replaces the previous one at once.
@Suite struct ReplacementTests {
    private let host = TestHost()

    @Test func `the answer to subscribe precedes the first exit`() throws {
        let client = try host.connect()
        client.subscribe()
        host.end(EndedTask(cpu: 0, pid: 1))
        #expect(client.read() == [.hello, .answer(1), .exit(1)])
    }

    @Test
    func `replacing a subscription keeps a shared CPU registered, and neither loses nor duplicates records`() throws {
        let client = try host.connect()
        client.subscribe(cpus: "0-1")
        host.end(EndedTask(cpu: 1, pid: 1))
        client.subscribe(cpus: "1-2")
        host.end(EndedTask(cpu: 0, pid: 2))
        host.end(EndedTask(cpu: 1, pid: 3))
        host.end(EndedTask(cpu: 2, pid: 4))
        client.subscribe(cpus: "1")
        host.end(EndedTask(cpu: 1, pid: 5))
        #expect(
            client.read() == [
                .hello, .answer(1), .exit(1), .answer(2), .exit(3), .exit(4), .answer(3), .exit(5),
            ])
        #expect(host.registrations[1] == 1)
        #expect(client.exits.filter { $0.cpu == 1 }.map(\.sequence) == [1, 2, 3])
    }

    @Test func `repeating a subscription is answered and changes nothing`() throws {
        let client = try host.connect()
        client.subscribe(cpus: "0")
        host.end(EndedTask(pid: 1))
        client.subscribe(cpus: "0")
        host.end(EndedTask(pid: 2))
        #expect(client.read() == [.hello, .answer(1), .exit(1), .answer(2), .exit(2)])
    }

    @Test func `nothing remains of the previous scope, fields and filter`() throws {
        let client = try host.connect()
        client.subscribe(scope: .process, fields: [.acUid], filter: RecordFilter(uids: [3]))
        client.subscribe()
        host.end(EndedTask(pid: 9, isLast: false))
        client.read()
        #expect(client.pids == [9])
        #expect(client.exits.first?.task[.cpuCount] == 3)
    }

    @Test func `after unsubscribe no record arrives, not even of a CPU that others use`() throws {
        let (client, other) = (try host.connect(), try host.connect())
        client.subscribe()
        other.subscribe()
        client.unsubscribe()
        host.end(EndedTask(pid: 1))
        host.lose(3, cpu: 0)
        #expect(client.read() == [.hello, .answer(1), .answer(2)])
        #expect(other.read() == [.hello, .answer(1), .exit(1), .lost(.kernel(cpu: 0), 3)])
    }

    @Test func `a loss of the previous subscription is reported before the answer that replaces it`() throws {
        let host = TestHost(.sample(limits: .usual { $0.queueBytes = 4_096 }))
        let client = try host.connect()
        client.subscribe()
        host.end([EndedTask](1...50))
        client.read(200)
        client.subscribe(cpus: "1")
        let received = client.read()
        let delivered = received.count { if case .exit = $0 { true } else { false } }
        #expect(received.suffix(2) == [.lost(.queue, UInt64(50 - delivered)), .answer(2)])
    }

    @Test func `the answer contains the settings in force`() throws {
        let client = try host.connect()
        let request = client.subscribe(cpus: "3,0-1,1", fields: [.acUid, .nvcsw])
        client.read()
        guard case .subscription(let cpus, let fields, _) = client.answer(to: request) else {
            throw UnexpectedValue(client.answer(to: request))
        }
        #expect(cpus == "0-1,3")
        #expect(fields == [.acUid, .nvcsw])
        #expect(host.subscribedCPUs(of: client.id) == CPUSet([0, 1, 3]))
    }
}

import TaskstatsModel
import TaskstatsProtocol
import Testing

@testable import TaskstatsBroker

/// The queued bytes are limited for the clients of one uid together, and for all clients together.
@Suite struct SharedLimitTests {
    private func host(perUID: Int = 1 << 20, inAll: Int = 1 << 20, perClient: Int = 4_096) -> TestHost {
        TestHost(
            .sample(
                limits: .usual {
                    $0.queueBytes = perClient
                    $0.queueBytesPerUID = perUID
                    $0.queueBytesInAll = inAll
                }))
    }

    private func subscribed(_ peer: PeerIdentity, _ host: TestHost) throws -> TestClient {
        let client = try host.connect(peer)
        client.read()
        client.subscribe()
        client.read()
        return client
    }

    private func waiting(_ clients: [TestClient], _ host: TestHost) -> Int {
        clients.reduce(0) { $0 + host.unsentBytes(of: $1.id) }
    }

    @Test func `the clients of one uid share its limit, without affecting another uid`() throws {
        let host = host(perUID: 6_000)
        let field = PeerIdentity.user(1002, groups: [BrokerSettings.privilegedGroup])
        let stalled = try (0..<3).map { _ in try subscribed(.root, host) }
        let running = try subscribed(field, host)
        for pid in 1...100 as ClosedRange<UInt32> {
            host.end(EndedTask(pid: pid))
            running.read()
            #expect(waiting(stalled, host) <= 6_000)
        }
        #expect(running.pids == Array(1...100))
        for client in stalled {
            client.read()
            #expect(Journal.fault(in: client.received, of: 1...100) == nil)
        }
    }

    @Test func `all clients share the memory of the daemon`() throws {
        let host = host(inAll: 6_000)
        let clients = try [0, 1000, 1001, 1002].map { uid in
            try subscribed(.user(uid, groups: [BrokerSettings.privilegedGroup]), host)
        }
        for pid in 1...100 as ClosedRange<UInt32> {
            host.end(EndedTask(pid: pid))
            #expect(TestHost.length(of: clients.flatMap { host.addresses(of: $0.id) }) <= 6_000 / 4)
        }
        for client in clients {
            client.read()
            #expect(Journal.fault(in: client.received, of: 1...100) == nil)
        }
    }

    @Test func `a client with an empty queue learns at once of losses caused by others' full queues`() throws {
        let host = host(perUID: 4_096)
        let stalled = try subscribed(.root, host)
        host.end([EndedTask](1...50))
        let late = try subscribed(.root, host)
        host.end([EndedTask](51...60))
        #expect(Journal.fault(in: late.read(), of: 51...60) == nil)
        host.lose(4, cpu: 1)
        #expect(late.read() == [.lost(.kernel(cpu: 1), 4)])
        stalled.leave()
        host.end(EndedTask(pid: 61))
        #expect(late.read() == [.exit(61)])
    }

    @Test func `unread bytes of a client make room for others of its uid when it leaves`() throws {
        let host = host(perUID: 4_096)
        let (stalled, other) = (try subscribed(.root, host), try subscribed(.root, host))
        host.end([EndedTask](1...50))
        other.read()
        stalled.leave()
        host.end([EndedTask](51...54))
        other.read()
        #expect(Journal.fault(in: other.received, of: 1...54) == nil)
        #expect(other.pids.suffix(4) == [51, 52, 53, 54])
    }

    @Test func `a client that reads occasionally loses nothing, however many others of its uid never read`() throws {
        let host = host(perUID: 64_000, perClient: 16_000)
        let stalled = try (0..<7).map { _ in try subscribed(.root, host) }
        let running = try subscribed(.root, host)
        for pid in 1...200 as ClosedRange<UInt32> {
            host.end(EndedTask(pid: pid))
            if pid % 2 == 0 { running.read() }
            #expect(waiting(stalled + [running], host) <= 64_000)
        }
        running.read()
        #expect(running.pids == Array(1...200))
        for client in stalled {
            client.read()
            #expect(!client.losses.isEmpty)
            #expect(Journal.fault(in: client.received, of: 1...200) == nil)
        }
    }

    @Test func `equally slow clients together fill all but one share of the limit`() throws {
        let limit = 400_000
        let host = host(perUID: limit, perClient: limit)
        let stalled = try (0..<9).map { _ in try subscribed(.root, host) }
        for pid in 1...2_000 as ClosedRange<UInt32> { host.end(EndedTask(pid: pid)) }
        let (share, line) = (limit / 10, RecordEncoder.exitLineLimit)
        for client in stalled {
            #expect(((share - line)...(share + line)).contains(host.unsentBytes(of: client.id)))
        }
    }

    @Test func `unread answers are limited for a uid as well`() throws {
        let host = host(perUID: 100_000, perClient: 65_536)
        let probe = try host.connect()
        probe.read()
        probe.ask(.describe)
        let answerBytes = host.unsentBytes(of: probe.id)
        probe.leave()

        let clients = try (0..<20).map { _ in try host.connect() }
        for client in clients {
            while client.ask(.describe) != nil {}
        }
        #expect(waiting(clients, host) <= 100_000 + clients.count * (answerBytes + 1_024))
    }

    @Test func `a client that reads is answered, whatever others of its uid leave unread`() throws {
        let host = host(perUID: 50_000, perClient: 40_000)
        let stalled = try (0..<3).map { _ in try host.connect() }
        for client in stalled {
            while client.ask(.describe) != nil {}
        }
        let client = try host.connect()
        client.read()
        for _ in 0..<10 {
            let request = try #require(client.ask(.describe))
            #expect(client.read() == [.answer(request)])
        }
    }
}

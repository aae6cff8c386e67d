import TaskstatsModel
import TaskstatsProtocol
import TestSupport
import Testing

@testable import TaskstatsBroker

/// The resources that ordinary clients cannot take from those that see everything, however many users there are.
@Suite struct ReservationTests {
    private static let field = PeerIdentity.user(77, groups: [BrokerSettings.privilegedGroup])

    private func subscribed(_ peer: PeerIdentity, _ host: TestHost) throws -> TestClient {
        let client = try host.connect(peer)
        client.read()
        client.subscribe()
        client.read()
        return client
    }

    @Test func `an eighth of the connections is reserved for root and members of the group`() throws {
        let host = TestHost(.sample(limits: .usual { $0.connectionsInAll = 16 }))
        var number: UInt32 = 1_000
        while case let client? = try? host.connect(.user(number)) {
            _ = client
            number += 1
        }
        #expect(number == 1_014)
        let refusal = try #require(host.refusal(of: .user(2_000)))
        #expect(refusal.map(ReceivedLine.init) == [.closing("limit reached (connections: 14 of 14 in use)")])
        _ = try host.connect(.root)
        _ = try host.connect(Self.field)
    }

    @Test func `root in a user namespace uses up neither the connections nor the requests of root`() throws {
        let host = TestHost(.sample(limits: .usual { $0.connectionsPerUID = 2 }))
        let impostor = PeerIdentity.root.inUserNamespace
        _ = try host.connect(impostor)
        _ = try host.connect(impostor)
        #expect(host.refusal(of: impostor) != nil)
        _ = try host.connect(.root)
        _ = try host.connect(.root)
    }

    @Test func `the uids of one user namespace share the limits of its owner`() throws {
        let host = TestHost(.sample(limits: .usual { $0.connectionsPerUID = 3 }))
        func subordinate(_ uid: UInt32) -> PeerIdentity {
            PeerIdentity(
                Caller(uid: uid, gid: uid, groups: []), sharesPIDNamespace: true, isInInitialUserNamespace: false,
                quotaUID: 1000)
        }
        _ = try host.connect(.user(1000))
        _ = try host.connect(subordinate(100_000))
        _ = try host.connect(subordinate(100_001))
        #expect(host.refusal(of: subordinate(100_002)) != nil)
        #expect(host.refusal(of: .user(1000)) != nil)
        _ = try host.connect(.user(1001))
    }

    @Test
    func `a client of root that reads loses nothing besides users that fill all memory available to them`() throws {
        let host = TestHost(
            .sample(
                limits: .usual {
                    ($0.queueBytes, $0.queueBytesPerUID, $0.queueBytesInAll) = (40_000, 80_000, 320_000)
                }))
        let stalled = try (0..<31 as Range<UInt32>).map { try subscribed(.user(1_000 + $0), host) }
        let (root, plain) = (try subscribed(.root, host), try subscribed(.user(999), host))
        for pid in 1...3_100 as ClosedRange<UInt32> {
            host.end(EndedTask(pid: pid, uid: 1_000 + pid % 31))
            if pid % 4 == 0 { host.end(EndedTask(pid: 10_000 + pid, uid: 999)) }
            // As many records arrive between two reads as between two loop iterations.
            if pid % 20 == 0 { for client in [root, plain] { client.read() } }
        }
        for client in [root, plain] { client.read() }
        #expect(root.exits.count == 3_100 + 775 && root.losses.isEmpty)
        #expect(plain.exits.count == 775 && plain.losses.isEmpty)
        for client in stalled {
            client.read()
            #expect(!client.losses.isEmpty)
        }
    }

    @Test func `bytes shared by many queues are charged to the memory once`() throws {
        let host = TestHost(
            .sample(
                limits: .usual {
                    ($0.queueBytes, $0.queueBytesPerUID, $0.queueBytesInAll) = (30_000, 1 << 20, 120_000)
                }))
        let clients = try (0..<20).map { _ in try subscribed(.root, host) }
        for task in [EndedTask](1...30) { host.end(task) }
        let queued = clients.map { host.unsentBytes(of: $0.id) }
        #expect(queued.reduce(0, +) > 120_000)
        #expect(TestHost.length(of: clients.flatMap { host.addresses(of: $0.id) }) == queued[0])
        for client in clients {
            client.read()
            #expect(client.pids == Array(1...30))
            client.leave()
        }
        #expect(host.isBalanced)
    }

    @Test func `the different subscriptions of a user are limited, equal ones are not`() throws {
        let host = TestHost(.sample(limits: .usual { $0.subscriptionsPerUID = 3 }))
        func filter(_ ppid: UInt32) -> RecordFilter {
            var filter = RecordFilter()
            filter.ppids = [ppid]
            return filter
        }
        let clients = try (0..<5).map { _ in try host.connect(.user(1000)) }
        for number in 0..<3 { clients[number].subscribe(filter: filter(UInt32(number))) }
        clients[3].subscribe(filter: filter(0))
        let refused = clients[4].subscribe(filter: filter(9))
        for client in clients { client.read() }
        #expect(clients[4].error(of: refused)?.limit == .init("subscriptions_per_uid", allowed: 3, used: 3))
        // A client may replace its own subscription.
        let replaced = clients[2].subscribe(filter: filter(7))
        clients[2].read()
        #expect(clients[2].error(of: replaced) == nil)
        // Root and other users are unaffected.
        for number in 0..<9 as Range<UInt32> {
            let root = try host.connect()
            let request = root.subscribe(filter: filter(number))
            root.read()
            #expect(root.error(of: request) == nil)
        }
    }

    /// Ends 1,000 tasks of user 1000 and 10 of user 1001 in ten iterations, and lets the clients read after each.
    private func endTasks(on host: TestHost, readBy clients: [TestClient]) {
        for round in 0..<10 as Range<UInt32> {
            host.iterate()
            for number in 0..<100 as Range<UInt32> { host.end(EndedTask(pid: 1 + round * 100 + number)) }
            host.end(EndedTask(pid: 5_000 + round, uid: 1001))
            for client in clients { client.read() }
        }
    }

    @Test func `a user whose records cost too much loses some, with their count; others lose nothing`() throws {
        let host = TestHost()
        let fields: [FieldSet] = [.all, [.acComm], [.acUid], [.acPid], [.acGid], [.acEtime], [.acNice], [.acFlag]]
        let greedy = try fields.map { fields in
            let client = try host.connect(.user(1000))
            client.subscribe(fields: fields)
            client.read()
            return client
        }
        let (root, plain) = (try subscribed(.root, host), try subscribed(.user(1001), host))
        endTasks(on: host, readBy: greedy + [root, plain])
        #expect(root.exits.count == 1_010 && root.losses.isEmpty)
        #expect(plain.exits.count == 10 && plain.losses.isEmpty)
        for client in greedy {
            #expect(Journal.fault(in: client.received, of: 1...1_000) == nil)
            #expect(client.exits.count >= 100 && client.losses.count >= 10)
        }
    }

    @Test func `patterns that match nothing are charged to their user, which loses records beyond its share`() throws {
        let host = TestHost()
        var filter = RecordFilter()
        filter.commands = (0..<16).compactMap { GlobPattern("*[ab][ab][ab]\($0)") }
        let greedy = try (0..<16 as Range<UInt32>).map { number in
            filter.minElapsedMicroseconds = UInt64(number)
            let client = try host.connect(.user(1000))
            client.subscribe(filter: filter)
            client.read()
            return client
        }
        let (root, plain) = (try subscribed(.root, host), try subscribed(.user(1001), host))
        endTasks(on: host, readBy: greedy + [root, plain])
        #expect(root.exits.count == 1_010 && root.losses.isEmpty)
        #expect(plain.exits.count == 10 && plain.losses.isEmpty)
        let lost = greedy.map { $0.losses.reduce(0) { $0 + ($1.count ?? 0) } }
        #expect(lost.allSatisfy { $0 > 500 }, "\(lost)")
    }

    @Test
    func `a full queue loses records before encoding, with the exact count, and recovers when it has room`() throws {
        let host = TestHost(.sample(limits: .usual { $0.queueBytes = 4_000 }))
        let client = try subscribed(.user(1000), host)
        for round in 0..<5 as Range<UInt32> {
            host.iterate()
            host.end([EndedTask](1 + round * 100...100 + round * 100))
            if round == 2 { client.read() }
        }
        client.read()
        host.end([EndedTask](501...503))
        client.read()
        #expect(Journal.fault(in: client.received, of: 1...503) == nil)
        #expect(client.pids.suffix(3) == [501, 502, 503])
    }

    @Test
    func `nothing follows the final message to a client with overflow disconnect, not even a kernel loss`() throws {
        let host = TestHost(.sample(limits: .usual { $0.queueBytes = 2_000 }))
        let client = try host.connect(.user(1000))
        client.subscribe(overflow: .disconnect)
        host.end([EndedTask](1...100))
        host.lose(3, cpu: 0)
        client.read()
        guard case .closing = client.events.last else { throw UnexpectedValue(client.events.last) }
        #expect(client.received.count { if case .closing = $0 { true } else { false } } == 1)
    }
}

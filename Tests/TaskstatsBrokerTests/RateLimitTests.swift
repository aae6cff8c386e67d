import TaskstatsModel
import TaskstatsProtocol
import TestSupport
import Testing

@testable import TaskstatsBroker

/// The rates of connections and requests of one uid.
@Suite struct RateLimitTests {
    private let second: UInt64 = 1_000_000_000

    private func host(requests: Int = 10, connections: Int = 10) -> TestHost {
        TestHost(
            .sample(
                limits: .usual {
                    $0.requestsPerSecond = requests
                    $0.connectionsPerSecond = connections
                }))
    }

    /// Returns the number of requests that are not refused.
    private func granted(_ count: Int, to client: TestClient) -> Int {
        (0..<count).count { _ in
            guard let request = client.ask(.describe) else { return false }
            client.read()
            return client.error(of: request)?.name != .limitExceeded
        }
    }

    @Test func `requests beyond the rate are refused with the limit, its maximum and the use`() throws {
        let host = host()
        let client = try host.connect(.user(1000))
        #expect(granted(10, to: client) == 10)
        let request = client.ask(.status)
        client.read()
        let error = try #require(client.error(of: request))
        #expect(error.name == .limitExceeded)
        #expect(error.limit == .init("requests_per_second", allowed: 10, used: 10))
        #expect(error.message == "limit reached (requests_per_second: 10 of 10 in use)")
        host.now += second / 10
        #expect(granted(5, to: client) == 1)
        host.now += second
        #expect(granted(20, to: client) == 10)
    }

    @Test func `all connections of a uid share its requests; another uid has its own`() throws {
        let host = host()
        let clients = try (0..<4).map { _ in try host.connect(.user(1000)) }
        #expect(clients.map { granted(3, to: $0) } == [3, 3, 3, 1])
        #expect(granted(10, to: try host.connect(.user(1001))) == 10)
    }

    @Test func `a client with access to everything has no limit of requests`() throws {
        let host = host()
        let field = PeerIdentity.user(1000, groups: [BrokerSettings.privilegedGroup])
        for peer in [PeerIdentity.root, field] {
            let client = try host.connect(peer)
            #expect(granted(100, to: client) == 100)
            #expect(!host.mustThrottle(client.id))
        }
    }

    @Test func `reconnecting does not refill the limits`() throws {
        let host = host()
        for _ in 0..<9 {
            let client = try host.connect(.user(1000))
            #expect(granted(1, to: client) == 1)
            client.leave()
        }
        // Another client connects meanwhile, which purges quotas.
        host.now += second / 100
        try host.connect(.root).leave()
        let last = try host.connect(.user(1000))
        #expect(granted(5, to: last) == 1)
        last.leave()
        #expect(host.refusal(of: .user(1000)) != nil)
    }

    @Test func `the quota of a client that left is purged within a second, so many uids need bounded memory`() throws {
        let host = host()
        for uid in 1...200 as ClosedRange<UInt32> {
            let client = try host.connect(.user(uid))
            _ = granted(20, to: client)
            client.leave()
        }
        #expect(host.accountCount == 200)
        host.now += second
        let client = try host.connect(.user(1))
        #expect(host.accountCount == 1)
        client.leave()
        #expect(host.isBalanced)
    }

    @Test func `when the refusals are used up too, the client is throttled`() throws {
        let host = host()
        let client = try host.connect(.user(1000))
        _ = granted(19, to: client)
        #expect(!host.mustThrottle(client.id))
        _ = granted(1, to: client)
        #expect(host.mustThrottle(client.id))
        #expect(!host.mustThrottle(try host.connect(.user(1001)).id))
        host.now += second / 10
        #expect(!host.mustThrottle(client.id))
    }

    @Test func `an invalid line costs as much as a request`() throws {
        let host = host()
        let client = try host.connect(.user(1000))
        for _ in 0..<7 { client.say("nonsense") }
        host.receiveLongLine(from: try host.connect(.user(1000)).id)
        #expect(granted(5, to: client) == 2)
    }

    @Test func `the connection rate of a uid is limited and reported; refusals cost nothing`() throws {
        let host = host()
        for _ in 0..<10 { try host.connect(.user(1000)).leave() }
        for _ in 0..<50 {
            let lines = try #require(host.refusal(of: .user(1000)))
            let reason = "limit reached (connections_per_second: 10 of 10 in use)"
            #expect(lines.map(ReceivedLine.init) == [.closing(reason)])
        }
        try host.connect(.user(1001)).leave()
        host.now += second / 10
        try host.connect(.user(1000)).leave()
        #expect(host.refusal(of: .user(1000)) != nil)
    }

    @Test func `root has no limit of connection rate`() throws {
        let host = host()
        for _ in 0..<50 { try host.connect(.root).leave() }
        #expect(host.isBalanced)
    }

    @Test func `each client receives the limits that apply to it`() throws {
        let host = host(requests: 4_711, connections: 42)
        let field = PeerIdentity.user(1001, groups: [BrokerSettings.privilegedGroup])
        for (peer, requests, connections) in [
            (PeerIdentity.root, nil, nil), (field, nil, nil), (.user(1000), 4_711, 42),
        ] as [(PeerIdentity, Int?, Int?)] {
            let client = try host.connect(peer)
            client.read()
            guard case .hello(let hello) = client.events.first else { throw UnexpectedValue(client.events.first) }
            #expect(hello.limits.requestsPerSecond == requests)
            #expect(hello.limits.connectionsPerSecond == connections)
        }
    }
}

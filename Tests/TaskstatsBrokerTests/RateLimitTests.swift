import TaskstatsModel
import TaskstatsProtocol
import Testing

@testable import TaskstatsBroker

/// How often one uid may connect and ask.
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

    /// How many of so many requests are not refused.
    private func granted(_ count: Int, to client: TestClient) -> Int {
        (0..<count).count { _ in
            guard let request = client.ask(.describe) else { return false }
            client.read()
            return client.error(of: request)?.name != .limitExceeded
        }
    }

    @Test("A user's requests beyond the rate are refused with the limit, what it allows, and what was used")
    func requests() throws {
        let host = host()
        let client = try host.connect(.user(1000))
        #expect(granted(10, to: client) == 10)
        let request = client.ask(.status)
        client.read()
        let error = try #require(client.error(of: request))
        #expect(error.name == .limitExceeded)
        #expect(error.limit == .init("requests_per_second", allowed: 10, used: 10))
        #expect(error.message == "too many requests: requests_per_second allows 10, used are 10")
        host.now += second / 10
        #expect(granted(5, to: client) == 1)
        host.now += second
        #expect(granted(20, to: client) == 10)
    }

    @Test("All connections of a uid share its requests; those of another uid have their own")
    func shared() throws {
        let host = host()
        let clients = try (0..<4).map { _ in try host.connect(.user(1000)) }
        #expect(clients.map { granted(3, to: $0) } == [3, 3, 3, 1])
        #expect(granted(10, to: try host.connect(.user(1001))) == 10)
    }

    @Test("Who may see everything may ask as often as it likes")
    func unlimited() throws {
        let host = host()
        let member = PeerIdentity.user(1000, groups: [BrokerSettings.privilegedGroup])
        for peer in [PeerIdentity.root, member] {
            let client = try host.connect(peer)
            #expect(granted(100, to: client) == 100)
            #expect(!host.mustRest(client.id))
        }
    }

    @Test("Leaving and coming back does not make new requests or connections")
    func comingBack() throws {
        let host = host()
        for _ in 0..<9 {
            let client = try host.connect(.user(1000))
            #expect(granted(1, to: client) == 1)
            client.leave()
        }
        // Somebody else comes meanwhile, which is when accounts are forgotten.
        host.now += second / 100
        try host.connect(.root).leave()
        let last = try host.connect(.user(1000))
        #expect(granted(5, to: last) == 1)
        last.leave()
        #expect(host.refusal(of: .user(1000)) != nil)
    }

    @Test("What is remembered of who left is forgotten within a second, so that no number of uids takes up memory")
    func forgets() throws {
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

    @Test("When the refusals are used up as well nothing is to be read for a while")
    func rest() throws {
        let host = host()
        let client = try host.connect(.user(1000))
        _ = granted(19, to: client)
        #expect(!host.mustRest(client.id))
        _ = granted(1, to: client)
        #expect(host.mustRest(client.id))
        #expect(!host.mustRest(try host.connect(.user(1001)).id))
        host.now += second / 10
        #expect(!host.mustRest(client.id))
    }

    @Test("A line that is no request costs what a request costs")
    func badLines() throws {
        let host = host()
        let client = try host.connect(.user(1000))
        for _ in 0..<7 { client.say("nonsense") }
        host.receiveLongLine(from: try host.connect(.user(1000)).id)
        #expect(granted(5, to: client) == 2)
    }

    @Test("A uid connects so often in a second and no more, and is told the limit; refusals cost it nothing")
    func connections() throws {
        let host = host()
        for _ in 0..<10 { try host.connect(.user(1000)).leave() }
        for _ in 0..<50 {
            let lines = try #require(host.refusal(of: .user(1000)))
            let reason = "too many connections: connections_per_second allows 10, used are 10"
            #expect(lines.map(Heard.init) == [.closing(reason)])
        }
        try host.connect(.user(1001)).leave()
        host.now += second / 10
        try host.connect(.user(1000)).leave()
        #expect(host.refusal(of: .user(1000)) != nil)
    }

    @Test("Root connects as often as it likes")
    func rootConnects() throws {
        let host = host()
        for _ in 0..<50 { try host.connect(.root).leave() }
        #expect(host.isBalanced)
    }

    @Test("Each is told the limits that concern it")
    func told() throws {
        let host = host(requests: 4_711, connections: 42)
        let member = PeerIdentity.user(1001, groups: [BrokerSettings.privilegedGroup])
        for (peer, requests, connections) in [
            (PeerIdentity.root, nil, nil), (member, nil, 42), (.user(1000), 4_711, 42),
        ] as [(PeerIdentity, Int?, Int?)] {
            let client = try host.connect(peer)
            client.read()
            guard case .hello(let hello) = client.events.first else {
                Issue.record("no greeting")
                continue
            }
            #expect(hello.limits.requestsPerSecond == requests)
            #expect(hello.limits.connectionsPerSecond == connections)
        }
    }
}

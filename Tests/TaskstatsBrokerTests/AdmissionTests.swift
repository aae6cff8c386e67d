import TaskstatsModel
import TaskstatsProtocol
import TestSupport
import Testing

@testable import TaskstatsBroker

/// Who is let in, what it is told, and how many may be there at once.
@Suite struct AdmissionTests {
    private func host(perUID: Int = 32, inAll: Int = 1_024) -> TestHost {
        TestHost(
            .sample(
                limits: .usual {
                    $0.connectionsPerUID = perUID
                    $0.connectionsInAll = inAll
                }))
    }

    @Test("The daemon speaks first, and says whom it takes the client for")
    func hello() throws {
        let host = host()
        let client = try host.connect(.user(1000))
        client.read()
        guard case .hello(let hello) = client.events.first else {
            Issue.record("no greeting")
            return
        }
        #expect(hello.instance == "9f0c")
        #expect(hello.uid == 1000)
        #expect(hello.access == .own)
        #expect(hello.possibleCPUs == "0-3")
        #expect(hello.onlineCPUs == "0-3")
        #expect(hello.taskstatsVersion == 17)
        #expect(hello.limits.queueBytes == 8 << 20)
        #expect(hello.limits.connectionsPerUID == 32)
    }

    @Test("Who may see nothing is greeted with the reason and sent away, and holds nothing")
    func none() throws {
        let host = host()
        let lines = try #require(host.refusal(of: .root.inContainer))
        guard lines.count == 2, case .hello(let hello) = lines[0], case .closing(let reason) = lines[1] else {
            Issue.record("not a greeting and a farewell")
            return
        }
        #expect(hello.access == .none)
        #expect(hello.reason == reason)
        #expect(reason.contains("pid namespace"))
        #expect(host.isBalanced)
    }

    @Test("One uid has so many connections and no more, while others are let in")
    func perUID() throws {
        let host = host(perUID: 3)
        let clients = try (0..<3).map { _ in try host.connect(.user(1000)) }
        let lines = try #require(host.refusal(of: .user(1000)))
        #expect(
            lines.map(Heard.init) == [
                .closing("too many connections: connections_per_uid allows 3, used are 3")
            ])
        _ = try host.connect(.user(1001))
        clients[1].leave()
        _ = try host.connect(.user(1000))
        #expect(host.refusal(of: .user(1000)) != nil)
    }

    @Test("All together have so many connections and no more")
    func inAll() throws {
        let host = host(inAll: 3)
        let clients = try (0..<3 as Range<UInt32>).map { try host.connect(.user($0)) }
        for uid in 0...5 as ClosedRange<UInt32> {
            let lines = try #require(host.refusal(of: .user(uid)))
            #expect(lines.map(Heard.init) == [.closing("too many connections: connections allows 3, used are 3")])
        }
        clients[0].leave()
        _ = try host.connect(.user(5))
    }

    @Test("A connection that was refused holds nothing, and no number is used twice")
    func refusedHoldsNothing() throws {
        let host = host(perUID: 1)
        let first = try host.connect(.user(1000))
        for _ in 0..<5 { #expect(host.refusal(of: .user(1000)) != nil) }
        first.leave()
        #expect(host.isBalanced)
        #expect(try host.connect(.user(1000)).id != first.id)
    }

    @Test("When everybody has left, in whatever order, nothing is held for anybody", arguments: 0..<20 as Range<UInt64>)
    func balance(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let host = host()
        var clients: [TestClient] = []
        for uid in 0..<12 as Range<UInt32> {
            let client = try host.connect(.user(uid % 4))
            client.subscribe(cpus: ["0", "0-2", "1,3", "all"].randomElement(using: &generator) ?? "all")
            clients.append(client)
        }
        for task in [EndedTask](1...30) { host.end(task) }
        for client in clients.shuffled(using: &generator) {
            #expect(!host.isBalanced)
            if Bool.random(using: &generator) { client.read(Int.random(in: 0..<3_000, using: &generator)) }
            client.leave()
        }
        #expect(host.isBalanced)
        #expect(host.registered.isEmpty)
    }
}

import TaskstatsModel
import TaskstatsProtocol
import TestSupport
import Testing

@testable import TaskstatsBroker

/// Admission, the first lines, and the limits of connections.
@Suite struct AdmissionTests {
    private func host(perUID: Int = 32, inAll: Int = 1_024) -> TestHost {
        TestHost(
            .sample(
                limits: .usual {
                    $0.connectionsPerUID = perUID
                    $0.connectionsInAll = inAll
                }))
    }

    @Test func `the daemon speaks first, and states the client's access`() throws {
        let host = host()
        let client = try host.connect(.user(1000))
        client.read()
        guard case .hello(let hello) = client.events.first else { throw UnexpectedValue(client.events.first) }
        #expect(hello.instance == "9f0c")
        #expect(hello.uid == 1000)
        #expect(hello.access == .own)
        #expect(hello.possibleCPUs == "0-3")
        #expect(hello.onlineCPUs == "0-3")
        #expect(hello.taskstatsVersion == 17)
        #expect(hello.limits.queueBytes == 8 << 20)
        #expect(hello.limits.connectionsPerUID == 32)
    }

    @Test func `a client without access receives hello and the reason, and uses no resources`() throws {
        let host = host()
        let lines = try #require(host.refusal(of: .root.inContainer))
        guard lines.count == 2, case .hello(let hello) = lines[0], case .closing(let reason) = lines[1] else {
            throw UnexpectedValue(lines)
        }
        #expect(hello.access == .none)
        #expect(hello.accessReason == reason)
        #expect(reason.contains("pid namespace"))
        #expect(host.isBalanced)
    }

    @Test func `a connection that is still open counts, although its client is gone`() throws {
        let host = host(perUID: 1)
        let client = try host.connect(.user(1000))
        host.disconnect(client.id, connectionStaysOpen: true)
        #expect(host.refusal(of: .user(1000)) != nil)
        host.closed(client.id)
        let next = try host.connect(.user(1000))
        host.disconnect(next.id)
        host.closed(next.id)
        host.now += 1_000_000_000
        #expect(host.isBalanced)
    }

    @Test func `a client whose connection the daemon ends receives the reason`() throws {
        let host = host()
        let client = try host.connect(.user(1000))
        host.end(client.id, reason: "descriptors cannot be passed")
        host.end(client.id, reason: "again")
        client.read()
        #expect(client.events.dropFirst().map(ReceivedLine.init) == [.closing("descriptors cannot be passed")])
    }

    @Test func `the connections of one uid are limited, without affecting others`() throws {
        let host = host(perUID: 3)
        let clients = try (0..<3).map { _ in try host.connect(.user(1000)) }
        let lines = try #require(host.refusal(of: .user(1000)))
        #expect(
            lines.map(ReceivedLine.init) == [
                .closing("limit reached (connections_per_uid: 3 of 3 in use)")
            ])
        _ = try host.connect(.user(1001))
        clients[1].leave()
        _ = try host.connect(.user(1000))
        #expect(host.refusal(of: .user(1000)) != nil)
    }

    @Test func `all connections together are limited`() throws {
        let host = host(inAll: 3)
        let clients = try (0..<3 as Range<UInt32>).map { try host.connect(.user($0)) }
        for uid in 0...5 as ClosedRange<UInt32> {
            let lines = try #require(host.refusal(of: .user(uid)))
            #expect(lines.map(ReceivedLine.init) == [.closing("limit reached (connections: 3 of 3 in use)")])
        }
        clients[0].leave()
        _ = try host.connect(.user(5))
    }

    @Test func `a refused connection uses no resources, and no number is reused`() throws {
        let host = host(perUID: 1)
        let first = try host.connect(.user(1000))
        for _ in 0..<5 { #expect(host.refusal(of: .user(1000)) != nil) }
        first.leave()
        #expect(host.isBalanced)
        #expect(try host.connect(.user(1000)).id != first.id)
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `after all clients have left in any order, all resources are released`(seed: UInt64) throws {
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

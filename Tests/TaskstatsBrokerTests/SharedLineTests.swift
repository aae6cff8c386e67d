import TaskstatsModel
import Testing

@testable import TaskstatsBroker

/// A line is the same for all clients that may see the same part of a record.
@Suite struct SharedLineTests {
    private let host = TestHost()

    @Test func `equal subscriptions share the same bytes in memory`() throws {
        let clients = try (0..<3).map { _ in try host.connect(.user(1000)) }
        for client in clients { client.subscribe(cpus: "0-1") }
        for client in clients { client.read() }
        host.end([EndedTask](1...5))
        #expect(host.addresses(of: clients[0].id) == host.addresses(of: clients[1].id))
        for client in clients { client.read() }
        #expect(clients[0].exitLines.count == 5)
        #expect(clients[1].exitLines == clients[0].exitLines)
        #expect(clients[2].exitLines == clients[0].exitLines)
    }

    @Test func `subscriptions with the same fields and redaction get the same bytes, whatever else differs`() throws {
        let (root, user, filtering, ends) = (
            try host.connect(), try host.connect(.user(1000)), try host.connect(.user(0)), try host.connect()
        )
        root.subscribe()
        user.subscribe(cpus: "0")
        filtering.subscribe(filter: RecordFilter(uids: [1000]))
        ends.subscribe(scope: .process)
        host.end([EndedTask](1...3))
        for client in [root, user, filtering, ends] { client.read() }
        #expect(root.exitLines.count == 3)
        for client in [filtering, ends] { #expect(client.exitLines == root.exitLines) }
        // The group io is withheld from the owner.
        #expect(user.exitLines.count == 3 && user.exitLines != root.exitLines)
    }

    @Test func `different fields or redactions make different lines`() throws {
        let (root, user, short) = (try host.connect(), try host.connect(.user(1000)), try host.connect())
        root.subscribe()
        user.subscribe()
        short.subscribe(fields: [.acUid])
        host.end(EndedTask(pid: 1, usedPrivilege: true))
        for client in [root, user, short] { client.read() }
        #expect(Set([root, user, short].flatMap(\.exitLines)).count == 3)
    }

    @Test func `the queued bytes of one client stay unchanged while others get more of the same chunk`() throws {
        let (quick, slow) = (try host.connect(), try host.connect())
        quick.subscribe()
        slow.subscribe()
        for round in 0..<40 as Range<UInt32> {
            host.end([EndedTask]((round * 10 + 1)...(round * 10 + 10)))
            quick.read()
            slow.read(100)
        }
        slow.read()
        #expect(quick.pids == Array(1...400))
        #expect(slow.exitLines == quick.exitLines)
    }

    @Test func `successive lines are sent in few pieces`() throws {
        let client = try host.connect()
        client.subscribe()
        client.read()
        host.end([EndedTask](1...100))
        // One for each of the chunks, which grow while they are filled at once.
        #expect(host.addresses(of: client.id).count <= 4)
    }
}

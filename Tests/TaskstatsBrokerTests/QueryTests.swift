import TaskstatsModel
import TaskstatsProtocol
import TestSupport
import Testing

@testable import TaskstatsBroker

/// `get` goes through the broker with the access of the caller.
@Suite struct QueryTests {
    private let host = TestHost()

    @Test func `a query contains the client's access and its target`() throws {
        var seen: [(AccessPolicy.Access, QueryTarget)] = []
        host.queryAnswer = { query in
            seen.append((query.access, query.target))
            return .refusal(ProtocolError(.permissionDenied, "not yours", errno: "EPERM"))
        }
        try host.connect().ask(.get(.pid(1), fields: .all))
        let user = try host.connect(.user(7, gid: 8))
        let request = user.ask(.get(.tgid(2), fields: .all))
        user.read()
        #expect(seen.map(\.0) == [.all, .own(uid: 7, gid: 8)])
        #expect(seen.map(\.1) == [.pid(1), .tgid(2)])
        #expect(user.error(of: request)?.name == .permissionDenied)
        #expect(user.error(of: request)?.errno == "EPERM")
    }

    @Test func `the answer has the requested fields`() throws {
        host.queryAnswer = { _ in .record(EndedTask(pid: 5).record().task) }
        let client = try host.connect()
        let request = client.ask(.get(.pid(5), fields: [.acUid, .nvcsw]))
        client.read()
        guard case .stats(let record, _) = client.answer(to: request) else {
            throw UnexpectedValue(client.answer(to: request))
        }
        #expect(Array(record.present) == [.acUid])
        #expect(record[.acUid] == 1000)
    }

    @Test func `a cgroup is answered with its counts`() throws {
        let stats = CgroupStats(sleeping: 1, running: 2, stopped: 3, uninterruptible: 4, ioWait: 5)
        host.queryAnswer = { _ in .cgroup(stats) }
        let client = try host.connect()
        let request = client.ask(.get(.cgroup("/sys/fs/cgroup/cpu"), fields: .all))
        client.read()
        guard case .cgroup(let answer) = client.answer(to: request) else {
            throw UnexpectedValue(client.answer(to: request))
        }
        #expect(answer == stats)
    }

    @Test func `an answer for a client that has left is discarded`() throws {
        var broker = Broker(.sample())
        guard
            case .admitted(let id) = broker.admit(
                .init(uid: 0, gid: 0, groups: []), at: 0, identify: { .root }, host: .sample)
        else {
            throw TestHost.NotAdmitted()
        }
        let action = broker.handle(Request(id: .integer(1), call: .get(.pid(1), fields: .all)), from: id, at: 0)
        guard case .query(let query) = action else { throw UnexpectedValue(action) }
        _ = broker.remove(id)
        broker.answer(query, with: .record(EndedTask(pid: 1).record().task))
        let isBalanced = broker.isBalanced(at: 1_000_000_000)
        #expect(isBalanced)
    }
}

import TaskstatsModel
import TaskstatsProtocol
import Testing

@testable import TaskstatsBroker

/// What an ordinary user sees of exits: its own tasks, and of these not every counter.
@Suite struct OwnTierTests {
    private let host = TestHost()

    private func subscribed(_ peer: PeerIdentity, fields: FieldSet = .all) throws -> TestClient {
        let client = try host.connect(peer)
        client.subscribe(fields: fields)
        return client
    }

    @Test("A user gets the records of its uid and of no other, root and the group get all")
    func byUID() throws {
        let user = try subscribed(.user(1000))
        let other = try subscribed(.user(1001))
        let member = try subscribed(.user(1002, groups: [BrokerSettings.privilegedGroup]))
        let root = try subscribed(.root)
        host.end([
            EndedTask(pid: 1, uid: 1000), EndedTask(pid: 2, uid: 1001), EndedTask(pid: 3, uid: 0),
            EndedTask(pid: 4, uid: 1000, gid: 5),
        ])
        for client in [user, other, member, root] { client.read() }
        #expect(user.pids == [1, 4])
        #expect(other.pids == [2])
        #expect(member.pids == [1, 2, 3, 4])
        #expect(root.pids == [1, 2, 3, 4])
    }

    @Test("A filter that names another's uid opens nothing")
    func filterOpensNothing() throws {
        let client = try host.connect(.user(1000))
        client.subscribe(filter: RecordFilter(uids: [0, 1001]))
        host.end([EndedTask(pid: 1, uid: 0), EndedTask(pid: 2, uid: 1001), EndedTask(pid: 3, uid: 1000)])
        client.read()
        #expect(client.pids.isEmpty)
    }

    @Test("The process's sums follow the task they came with: uid 0 in them is not root")
    func processFollowsTask() throws {
        let user = try subscribed(.user(1000))
        let root = EndedTask(pid: 1, uid: 0, hasProcess: true)
        let own = EndedTask(pid: 2, uid: 1000, hasProcess: true)
        host.end([root, own])
        user.read()
        #expect(user.pids == [2])
        #expect(user.exits.first?.record.process?[.cpuCount] == 33)
    }

    @Test("A uid in the process's sums decides nothing")
    func uidOfProcess() {
        var (foreign, own) = (EndedTask(pid: 1, uid: 1, hasProcess: true).record(), EndedTask(pid: 2).record())
        foreign.process?.set(.acUid, to: 1000)
        own.process?.set(.acUid, to: 0)
        let access = AccessPolicy.Access.own(uid: 1000, gid: 1000)
        #expect(!access.seesExit(foreign))
        #expect(access.seesExit(own))
    }

    @Test("A record that names no uid is nobody's")
    func noUID() throws {
        let version1 = ExitRecord(cpu: 0, pid: 1, task: TaskRecord(kind: .task))
        #expect(!AccessPolicy.Access.own(uid: 0, gid: 0).seesExit(version1))
        #expect(AccessPolicy.Access.all.seesExit(version1))
    }

    @Test(
        "The io group is withheld from the owner of a task that used privilege or whose process lives on",
        arguments: [false, true], [false, true])
    func redaction(usedPrivilege: Bool, isLast: Bool) throws {
        let (user, root) = (try subscribed(.user(1000)), try subscribed(.root))
        host.end(EndedTask(pid: 8, isLast: isLast, usedPrivilege: usedPrivilege))
        user.read()
        root.read()
        let isWithheld = usedPrivilege || !isLast
        let seen = try #require(user.exits.first)
        #expect(seen.redacted == (isWithheld ? [.io] : []))
        #expect(seen.record.task[.readBytes] == (isWithheld ? nil : 8_192))
        #expect(seen.record.task[.acUid] == 1000)
        #expect(root.exits.first?.redacted == [])
        #expect(root.exits.first?.record.task[.readBytes] == 8_192)
    }

    @Test("From a user namespace the io group of no task is seen")
    func confined() throws {
        let user = try subscribed(.user(1000).inUserNamespace)
        host.end([EndedTask(pid: 8), EndedTask(pid: 9, uid: 1001)])
        user.read()
        #expect(user.exits.map(\.redacted) == [[.io]])
        #expect(user.exits.first?.record.task[.readBytes] == nil)
    }

    @Test("Where flags are missing the io group is withheld")
    func noFlags() throws {
        var task = TaskRecord(kind: .task)
        task.set(.acUid, to: 1000)
        let record = ExitRecord(cpu: 0, pid: 1, task: task)
        #expect(AccessPolicy.Access.own(uid: 1000, gid: 1000).redactsIO(record))
        #expect(!AccessPolicy.Access.all.redactsIO(record))
    }

    @Test("Every member of the io group is withheld, and none of another")
    func wholeGroup() throws {
        let (user, root) = (try subscribed(.user(1000)), try subscribed(.root))
        var record = EndedTask(pid: 8, usedPrivilege: true).record()
        for field in Field.allCases where field.kind != .command && record.task[field] == nil {
            record.task.set(field, to: 1)
        }
        host.exited(record)
        user.read()
        root.read()
        let seen = try #require(user.exits.first).record.task.present
        let everything = try #require(root.exits.first).record.task.present
        #expect(everything == .all)
        #expect(seen == FieldSet.all.subtracting(FieldSet(group: .io)))
    }

    @Test("Asking for nothing but the io group gets past nothing")
    func onlyIO() throws {
        let user = try subscribed(.user(1000), fields: FieldSet(group: .io))
        host.end(EndedTask(pid: 8, usedPrivilege: true))
        user.read()
        #expect(user.exits.map(\.record.task.present) == [FieldSet()])
        #expect(user.exits.map(\.redacted) == [[.io]])
    }
}

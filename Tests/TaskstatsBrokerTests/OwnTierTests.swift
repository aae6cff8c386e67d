import TaskstatsModel
import TaskstatsProtocol
import Testing

@testable import TaskstatsBroker

/// An ordinary user's view of exits: its own tasks, without some counters.
@Suite struct OwnTierTests {
    private let host = TestHost()

    private func subscribed(_ peer: PeerIdentity, fields: FieldSet = .all) throws -> TestClient {
        let client = try host.connect(peer)
        client.subscribe(fields: fields)
        return client
    }

    @Test func `a user receives the records of its uid only, root and the group receive all`() throws {
        let user = try subscribed(.user(1000))
        let other = try subscribed(.user(1001))
        let field = try subscribed(.user(1002, groups: [BrokerSettings.privilegedGroup]))
        let root = try subscribed(.root)
        host.end([
            EndedTask(pid: 1, uid: 1000), EndedTask(pid: 2, uid: 1001), EndedTask(pid: 3, uid: 0),
            EndedTask(pid: 4, uid: 1000, gid: 5),
        ])
        for client in [user, other, field, root] { client.read() }
        #expect(user.pids == [1, 4])
        #expect(other.pids == [2])
        #expect(field.pids == [1, 2, 3, 4])
        #expect(root.pids == [1, 2, 3, 4])
    }

    @Test func `a filter with another user's uid grants nothing`() throws {
        let client = try host.connect(.user(1000))
        client.subscribe(filter: RecordFilter(uids: [0, 1001]))
        host.end([EndedTask(pid: 1, uid: 0), EndedTask(pid: 2, uid: 1001), EndedTask(pid: 3, uid: 1000)])
        client.read()
        #expect(client.pids.isEmpty)
    }

    @Test func `the sums of a process follow their task: uid 0 in them is not root`() throws {
        let user = try subscribed(.user(1000))
        let root = EndedTask(pid: 1, uid: 0, hasProcess: true)
        let own = EndedTask(pid: 2, uid: 1000, hasProcess: true)
        host.end([root, own])
        user.read()
        #expect(user.pids == [2])
        #expect(user.exits.first?.process?[.cpuCount] == EndedTask.cpuCount)
    }

    @Test func `the sums of a process are the owner's only if the seen threads add up to them`() throws {
        let (user, root) = (try subscribed(.user(1000)), try subscribed(.root))
        func end(_ pid: UInt32, of tgid: UInt32, uid: UInt32 = 1000, last others: Int? = nil) {
            host.end(
                EndedTask(
                    pid: pid, uid: uid, isLast: others != nil, hasProcess: others != nil,
                    otherThreadsCPUCount: UInt64(others ?? 0) * EndedTask.cpuCount, tgid: tgid))
        }
        // Both threads are the user's.
        end(11, of: 10)
        end(10, of: 10, last: 1)
        // A thread of root ended before the user's.
        end(21, of: 20, uid: 0)
        end(20, of: 20, last: 1)
        // A thread of an unknown user that was not seen.
        end(30, of: 30, last: 1)
        // A thread whose record comes late.
        end(40, of: 40, last: 1)
        end(41, of: 40)
        user.read()
        root.read()
        #expect(user.pids == [11, 10, 20, 30, 40, 41])
        #expect(user.exits.filter { $0.process != nil }.map(\.pid) == [10])
        #expect(user.exits.filter(\.isProcessWithheld).map(\.pid) == [20, 30, 40])
        #expect(root.exits.filter { $0.process != nil }.map(\.pid) == [10, 20, 30, 40])
    }

    @Test func `a loss leaves the sums unproven that contain a lost thread, and no others`() throws {
        let user = try subscribed(.user(1000))
        host.end(EndedTask(pid: 11, isLast: false, tgid: 10))
        host.end(EndedTask(pid: 21, isLast: false, tgid: 20))
        host.lose(1, cpu: 3)
        host.end(EndedTask(pid: 10, hasProcess: true, otherThreadsCPUCount: EndedTask.cpuCount))
        host.end(EndedTask(pid: 20, hasProcess: true, otherThreadsCPUCount: 2 * EndedTask.cpuCount))
        user.read()
        #expect(user.exits.map(\.isProcessWithheld) == [false, false, false, true])
    }

    @Test func `a thread of an earlier process with the same id stands for no thread of another user`() throws {
        let user = try subscribed(.user(1000))
        // The end of its process is not seen.
        host.end(EndedTask(pid: 11, isLast: false, tgid: 10))
        host.end(
            EndedTask(
                pid: 10, processAgeMicroseconds: 5_000, milliseconds: 10_000, hasProcess: true,
                otherThreadsCPUCount: EndedTask.cpuCount))
        user.read()
        #expect(user.exits.map(\.isProcessWithheld) == [false, true])
    }

    @Test func `subscriptions of other users leave the proof as it is`() throws {
        let user = try host.connect(.user(1000))
        user.subscribe(cpus: "0")
        let other = try host.connect(.user(1001))
        host.end(EndedTask(pid: 11, isLast: false, tgid: 10))
        other.subscribe(cpus: "1")
        other.unsubscribe()
        host.end(EndedTask(pid: 10, hasProcess: true, otherThreadsCPUCount: EndedTask.cpuCount))
        user.read()
        #expect(user.exits.map(\.isProcessWithheld) == [false, false])
    }

    @Test func `a uid in the sums of a process has no effect`() {
        var (foreign, own) = (EndedTask(pid: 1, uid: 1, hasProcess: true).record(), EndedTask(pid: 2).record())
        foreign.process?.set(.acUid, to: 1000)
        own.process?.set(.acUid, to: 0)
        let access = AccessPolicy.Access.own(uid: 1000, gid: 1000)
        #expect(!access.seesExit(foreign))
        #expect(access.seesExit(own))
    }

    @Test func `a record without a uid belongs to no user`() throws {
        let version1 = ExitRecord(cpu: 0, pid: 1, task: TaskRecord(kind: .task))
        #expect(!AccessPolicy.Access.own(uid: 0, gid: 0).seesExit(version1))
        #expect(AccessPolicy.Access.all.seesExit(version1))
    }

    @Test(arguments: [false, true], [false, true])
    func `no flag of a record proves that its task took no other identity: the io group is withheld`(
        usedPrivilege: Bool, isLast: Bool
    ) throws {
        let (user, root) = (try subscribed(.user(1000)), try subscribed(.root))
        host.end(EndedTask(pid: 8, isLast: isLast, usedPrivilege: usedPrivilege))
        user.read()
        root.read()
        let seen = try #require(user.exits.first)
        #expect(seen.redacted == [.io])
        #expect(seen.task[.readBytes] == nil)
        #expect(seen.task[.acUid] == 1000)
        #expect(root.exits.first?.redacted == [])
        #expect(root.exits.first?.task[.readBytes] == 8_192)
    }

    @Test(arguments: [false, true], [false, true])
    func `if the administrator shows the io group, privilege or a living process still withholds it`(
        usedPrivilege: Bool, isLast: Bool
    ) throws {
        var settings = BrokerSettings.sample()
        settings.policy.othersSeeTheirIO = true
        let host = TestHost(settings)
        let (user, confined) = (try host.connect(.user(1000)), try host.connect(.user(1000).inUserNamespace))
        for client in [user, confined] { client.subscribe() }
        host.end(EndedTask(pid: 8, isLast: isLast, usedPrivilege: usedPrivilege))
        for client in [user, confined] { client.read() }
        let isWithheld = usedPrivilege || !isLast
        #expect(user.exits.map(\.redacted) == [isWithheld ? [.io] : []])
        #expect(user.exits.first?.task[.readBytes] == (isWithheld ? nil : 8_192))
        #expect(confined.exits.map(\.redacted) == [[.io]])
    }

    @Test func `a client in a user namespace never sees the group io`() throws {
        let user = try subscribed(.user(1000).inUserNamespace)
        host.end([EndedTask(pid: 8), EndedTask(pid: 9, uid: 1001)])
        user.read()
        #expect(user.exits.map(\.redacted) == [[.io]])
        #expect(user.exits.first?.task[.readBytes] == nil)
    }

    @Test func `the group io is withheld if flags are missing`() throws {
        var task = TaskRecord(kind: .task)
        task.set(.acUid, to: 1000)
        let record = ExitRecord(cpu: 0, pid: 1, task: task)
        let policy = AccessPolicy(othersSeeTheirIO: true)
        #expect(policy.redactsIO(record, for: .own(uid: 1000, gid: 1000)))
        #expect(!policy.redactsIO(record, for: .all))
    }

    @Test func `every field of the group io is withheld, and no other field`() throws {
        let (user, root) = (try subscribed(.user(1000)), try subscribed(.root))
        var record = EndedTask(pid: 8, usedPrivilege: true).record()
        for field in Field.allCases where field.kind != .command && record.task[field] == nil {
            record.task.set(field, to: 1)
        }
        host.exited(record)
        user.read()
        root.read()
        let seen = try #require(user.exits.first).task.present
        let everything = try #require(root.exits.first).task.present
        #expect(everything == .all)
        #expect(seen == FieldSet.all.subtracting(FieldSet(group: .io)))
    }

    @Test func `a request for only the group io does not bypass this`() throws {
        let user = try subscribed(.user(1000), fields: FieldSet(group: .io))
        host.end(EndedTask(pid: 8, usedPrivilege: true))
        user.read()
        #expect(user.exits.map(\.task.present) == [FieldSet()])
        #expect(user.exits.map(\.redacted) == [[.io]])
    }
}

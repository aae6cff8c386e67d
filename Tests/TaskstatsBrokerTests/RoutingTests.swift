import TaskstatsModel
import TaskstatsProtocol
import Testing

@testable import TaskstatsBroker

/// A record goes to exactly the clients whose CPUs, scope, filter and access match.
@Suite struct RoutingTests {
    private let host = TestHost()

    @Test func `a record is sent once to the subscribers of its CPU, and to no others`() throws {
        let clients = try ["0", "1", "0-1", "all"].map { cpus in
            let client = try host.connect()
            client.subscribe(cpus: cpus)
            return client
        }
        let idle = try host.connect()
        for pid in 1...4 as ClosedRange<UInt32> { host.end(EndedTask(cpu: Int(pid) - 1, pid: pid)) }
        for client in clients + [idle] { client.read() }
        #expect(clients.map(\.pids) == [[1], [2], [1, 2], [1, 2, 3, 4]])
        #expect(idle.received == [.hello])
    }

    @Test func `a record of an impossible CPU is discarded`() {
        var broker = Broker(.sample(cpus: 1))
        var record = EndedTask(cpu: 700, pid: 1).record()
        broker.exited(&record)
        broker.lost(cpu: 700, count: 1)
        let dirty = broker.takeDirtyClients()
        #expect(dirty.isEmpty)
    }

    @Test func `scope process receives the last thread of a process, and no earlier one`() throws {
        let client = try host.connect()
        client.subscribe(scope: .process)
        host.end([
            EndedTask(pid: 1, isLast: false), EndedTask(pid: 2), EndedTask(pid: 3, hasProcess: true),
            EndedTask(pid: 4, isLast: false, exit: .signal(9, coreDumped: false)),
        ])
        client.read()
        #expect(client.pids == [2, 3])
        #expect(client.exits.map { $0.process != nil } == [false, true])
    }

    @Test(arguments: [1, 11, 12, 17])
    func `scope process is refused if the kernel does not mark the end of a process`(version: Int) throws {
        let host = TestHost(.sample(version: version))
        let client = try host.connect()
        let request = client.subscribe(scope: .process)
        client.read()
        #expect(client.error(of: request)?.name == (version < 12 ? .unavailable : nil))
        #expect(client.error(of: request)?.field == (version < 12 ? "scope" : nil))
        #expect(host.registered.isEmpty == (version < 12))
    }

    @Test func `every condition of a filter is applied`() throws {
        let tasks = [
            EndedTask(pid: 1, uid: 7, exit: .code(1), command: "git-gc"),
            EndedTask(pid: 2, uid: 7, exit: .code(0), command: "git"),
            EndedTask(pid: 3, uid: 8, exit: .code(1), command: "git"),
            EndedTask(pid: 4, uid: 7, exit: .signal(9, coreDumped: true), command: "git"),
            EndedTask(pid: 5, uid: 7, exit: .code(1), command: "make"),
        ]
        var filter = RecordFilter(uids: [7])
        filter.exit = .failed
        filter.commands = GlobPattern("git*").map { [$0] }
        let client = try host.connect()
        client.subscribe(filter: filter)
        host.end(tasks)
        client.read()
        #expect(client.pids == [1, 4])
    }

    @Test func `a record has the requested fields, and always the task, its CPU and its exit status`() throws {
        let client = try host.connect()
        client.subscribe(fields: [.readBytes])
        host.end(EndedTask(cpu: 2, pid: 5, exit: .signal(6, coreDumped: true), hasProcess: true))
        client.read()
        let exit = try #require(client.exits.first)
        #expect(Array(exit.task.present) == [.readBytes])
        #expect(exit.task[.readBytes] == 5_120)
        #expect(exit.process?.present.isEmpty == true)
        #expect(exit.cpu == 2)
        #expect(exit.sequence == 1)
        #expect(exit.tgid == 5)
        #expect(exit.isLast == true)
        #expect(exit.exit == .signal(6, coreDumped: true))
        #expect(exit.redacted.isEmpty)
    }

    @Test func `a record arrives unchanged`() throws {
        let client = try host.connect()
        client.subscribe()
        let task = EndedTask(cpu: 1, pid: 77, uid: 3, usedPrivilege: true, exit: .code(4), hasProcess: true)
        host.end(task)
        client.read()
        var record = task.record(sequence: 1)
        record.index = 1
        #expect(client.exits == [record])
    }

    @Test
    func `the sequence of a CPU resets when it is registered again, but not for a client that joins later`() throws {
        let (first, second) = (try host.connect(), try host.connect())
        first.subscribe(cpus: "0")
        host.end([EndedTask](1...2))
        second.subscribe(cpus: "0")
        host.end(EndedTask(pid: 3))
        second.read()
        #expect(second.exits.map(\.sequence) == [3])
        first.leave()
        second.leave()
        let third = try host.connect()
        third.subscribe(cpus: "0")
        host.end(EndedTask(pid: 4))
        third.read()
        #expect(third.exits.map(\.sequence) == [1])
    }

    @Test func `clients with queued data are returned once, until there is more`() throws {
        var broker = Broker(.sample())
        guard
            case .admitted(let id) = broker.admit(
                .init(uid: 0, gid: 0, groups: []), at: 0, identify: { .root }, host: .sample)
        else {
            throw TestHost.NotAdmitted()
        }
        let request = Request(id: .integer(1), call: .describe)
        var named: [[ClientID]] = []
        for _ in 0..<2 {
            _ = broker.handle(request, from: id, at: 0)
            named += [broker.takeDirtyClients(), broker.takeDirtyClients()]
        }
        #expect(named == [[id], [], [id], []])
    }
}

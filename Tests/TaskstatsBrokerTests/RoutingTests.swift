import TaskstatsModel
import TaskstatsProtocol
import Testing

@testable import TaskstatsBroker

/// A record goes to exactly the clients whose CPUs, scope, filter and access match.
@Suite struct RoutingTests {
    private let host = TestHost()

    @Test("A record goes to those who subscribed to its CPU, once, and to nobody else")
    func byCPU() throws {
        let clients = try ["0", "1", "0-1", "all"].map { cpus in
            let client = try host.connect()
            client.subscribe(cpus: cpus)
            return client
        }
        let idle = try host.connect()
        for pid in 1...4 as ClosedRange<UInt32> { host.end(EndedTask(cpu: Int(pid) - 1, pid: pid)) }
        for client in clients + [idle] { client.read() }
        #expect(clients.map(\.pids) == [[1], [2], [1, 2], [1, 2, 3, 4]])
        #expect(idle.heard == [.hello])
    }

    @Test("A record of a CPU that the machine cannot have goes nowhere")
    func impossibleCPU() {
        var broker = Broker(.sample(cpus: 1))
        broker.exited(EndedTask(cpu: 700, pid: 1).record())
        broker.lost(cpu: 700, count: 1)
        let dirty = broker.takeDirtyClients()
        #expect(dirty.isEmpty)
    }

    @Test("Scope process gets what ends a process, and not a thread that leaves others behind")
    func scope() throws {
        let client = try host.connect()
        client.subscribe(scope: .process)
        host.end([
            EndedTask(pid: 1, isLast: false), EndedTask(pid: 2), EndedTask(pid: 3, hasProcess: true),
            EndedTask(pid: 4, isLast: false, exit: .signal(9, coreDumped: false)),
        ])
        client.read()
        #expect(client.pids == [2, 3])
        #expect(client.exits.map { $0.record.process != nil } == [false, true])
    }

    @Test("Scope process is refused where the kernel does not say what ends a process", arguments: [1, 11, 12, 17])
    func scopeOnOldKernels(version: Int) throws {
        let host = TestHost(.sample(version: version))
        let client = try host.connect()
        let request = client.subscribe(scope: .process)
        client.read()
        #expect(client.error(of: request)?.name == (version < 12 ? .unavailable : nil))
        #expect(client.error(of: request)?.member == (version < 12 ? "scope" : nil))
        #expect(host.registered.isEmpty == (version < 12))
    }

    @Test("Every condition of a filter counts")
    func filter() throws {
        let tasks = [
            EndedTask(pid: 1, uid: 7, exit: .code(1), command: "git-gc"),
            EndedTask(pid: 2, uid: 7, exit: .code(0), command: "git"),
            EndedTask(pid: 3, uid: 8, exit: .code(1), command: "git"),
            EndedTask(pid: 4, uid: 7, exit: .signal(9, coreDumped: true), command: "git"),
            EndedTask(pid: 5, uid: 7, exit: .code(1), command: "make"),
        ]
        var filter = RecordFilter(uids: [7])
        filter.exit = .failed
        filter.command = GlobPattern("git*")
        let client = try host.connect()
        client.subscribe(filter: filter)
        host.end(tasks)
        client.read()
        #expect(client.pids == [1, 4])
    }

    @Test("A record carries the fields that the client asked for, and who ended where and how in any case")
    func fields() throws {
        let client = try host.connect()
        client.subscribe(fields: [.readBytes])
        host.end(EndedTask(cpu: 2, pid: 5, exit: .signal(6, coreDumped: true), hasProcess: true))
        client.read()
        let exit = try #require(client.exits.first)
        #expect(Array(exit.record.task.present) == [.readBytes])
        #expect(exit.record.task[.readBytes] == 5_120)
        #expect(exit.record.process?.present.isEmpty == true)
        #expect(exit.record.cpu == 2)
        #expect(exit.record.sequence == 1)
        #expect(exit.record.tgid == 5)
        #expect(exit.record.isLast == true)
        #expect(exit.record.exit == .signal(6, coreDumped: true))
        #expect(exit.redacted.isEmpty)
    }

    @Test("A record arrives as it was put in")
    func unchanged() throws {
        let client = try host.connect()
        client.subscribe()
        let task = EndedTask(cpu: 1, pid: 77, uid: 3, usedPrivilege: true, exit: .code(4), hasProcess: true)
        host.end(task)
        client.read()
        #expect(client.exits.map(\.record) == [task.record(sequence: 1)])
    }

    @Test("The sequence of a CPU begins anew when it is registered anew, and not for a client that joins later")
    func sequence() throws {
        let (first, second) = (try host.connect(), try host.connect())
        first.subscribe(cpus: "0")
        host.end([EndedTask](1...2))
        second.subscribe(cpus: "0")
        host.end(EndedTask(pid: 3))
        second.read()
        #expect(second.exits.map(\.record.sequence) == [3])
        first.leave()
        second.leave()
        let third = try host.connect()
        third.subscribe(cpus: "0")
        host.end(EndedTask(pid: 4))
        third.read()
        #expect(third.exits.map(\.record.sequence) == [1])
    }

    @Test("Clients with something to send are named once, until the next time")
    func dirtyClients() throws {
        var broker = Broker(.sample())
        guard case .admitted(let id) = broker.admit(uid: 0, at: 0, identify: { .root }, host: .sample) else {
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

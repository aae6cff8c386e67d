import TaskstatsModel
import TaskstatsProtocol
import Testing

@testable import TaskstatsBroker

/// Counters of the connection, and of the daemon for clients with access to everything.
@Suite struct StatusTests {
    private let host = TestHost(.sample(limits: .usual { $0.queueBytes = 4_096 }))

    @Test func `a connection's counters are its delivered and lost records`() throws {
        let client = try host.connect(.user(1000))
        client.subscribe(cpus: "0-1")
        client.read()
        host.end([EndedTask](1...50))
        host.lose(9, cpu: 1)
        host.lose(9, cpu: 3)
        client.read(1_000)
        let queued = host.unsentBytes(of: client.id)
        let counters = try #require(client.status()).connection
        #expect(counters.delivered == UInt64(client.pids.count))
        #expect(counters.delivered + counters.lostInQueue == 50)
        #expect(counters.lostInKernel == 9)
        #expect(counters.queuedBytes >= queued)
        #expect(counters.queueHighWater > 3_000)
        #expect(counters.queueHighWater <= 4_096 + 512)
        #expect(counters.cpus == "0-1")
    }

    @Test func `tier own receives nothing about the daemon and other clients`() throws {
        let (user, root) = (try host.connect(.user(1000)), try host.connect())
        root.subscribe()
        host.cpuCounters = [DaemonStatus.CPU(cpu: 0, subscribers: 0, received: 5, lost: 0, receiveBufferBytes: 1)]
        let status = try #require(user.status())
        #expect(status.daemon == nil)
        #expect(status.connection.cpus == nil)
        #expect(status.delayAccounting == false)
        let line = String(decoding: try #require(user.lines.last), as: UTF8.self)
        for word in ["daemon", "clients", "registered", "subscribers", "received"] { #expect(!line.contains(word)) }
    }

    @Test(arguments: [PeerIdentity.root, .user(5, groups: [990])])
    func `tier all receives the daemon's counters`(_ peer: PeerIdentity) throws {
        let (client, other, idle) = (try host.connect(peer), try host.connect(.user(1000)), try host.connect())
        idle.read()
        client.subscribe(cpus: "0-1")
        other.subscribe(cpus: "1-2")
        client.read()
        let waiting = host.unsentBytes(of: other.id)
        host.cpuCounters = (0...2).map {
            DaemonStatus.CPU(cpu: $0, subscribers: 0, received: 10, lost: 1, receiveBufferBytes: 4_096)
        }
        let daemon = try #require(client.status()?.daemon)
        #expect(daemon.uptime == .milliseconds(12))
        #expect(daemon.clients == 3)
        #expect(daemon.subscribers == 2)
        #expect(daemon.registeredCPUs == "0-2", "what the kernel was asked for, not what clients want")
        #expect(daemon.queuedBytes == waiting)
        #expect(daemon.queueHighWater >= waiting)
        #expect(daemon.cpus.map(\.subscribers) == [1, 2, 1])
        #expect(daemon.cpus.map(\.received) == [10, 10, 10])
        #expect(daemon.cpus.map(\.cpu) == [0, 1, 2])
    }

    @Test func `a CPU without subscribers keeps its counters and is not listed as registered`() throws {
        let client = try host.connect()
        client.subscribe(cpus: "1")
        host.cpuCounters = [
            DaemonStatus.CPU(cpu: 0, subscribers: 0, received: 12, lost: 3, receiveBufferBytes: 0),
            DaemonStatus.CPU(cpu: 1, subscribers: 0, received: 7, lost: 0, receiveBufferBytes: 4_096),
        ]
        let daemon = try #require(client.status()?.daemon)
        #expect(daemon.registeredCPUs == "1")
        #expect(daemon.cpus.map(\.received) == [12, 7])
        #expect(daemon.cpus.map(\.subscribers) == [0, 1])
    }

    @Test func `describe lists the methods and every field`() throws {
        let client = try host.connect(.user(1000))
        client.ask(.describe)
        client.read()
        let line = String(decoding: try #require(client.lines.last), as: UTF8.self)
        for method in ["get", "subscribe", "unsubscribe", "status", "describe"] {
            #expect(line.contains("\"\(method)\""))
        }
        for field in Field.allCases { #expect(line.contains("\"name\":\"\(field.name)\"")) }
        #expect(!line.contains("ac_comm_hex"), "it accompanies a field, but is not one")
    }
}

import TaskstatsModel
import Testing

@testable import TaskstatsProtocol

@Suite struct GoldenStatusTests {
    private let request = GoldenExchange.client(Request(id: .integer(1), call: .status))

    private func answer(_ status: DaemonStatus) -> GoldenExchange {
        .daemon(ServerLine.result(.integer(1)) { status.write(to: &$0) }, .reply(id: 1, .status(status)))
    }

    @Test func `a user receives the counters of its connection`() throws {
        var connection = DaemonStatus.Connection()
        connection.delivered = 120
        connection.lostInQueue = 37
        connection.lostInKernel = 144
        connection.queueHighWater = 8_388_096
        connection.cpus = "0-1"
        let status = DaemonStatus(connection: connection, delayAccounting: true, daemon: nil)
        try GoldenConversation.expect("status-own", [request, answer(status)])
    }

    @Test func `root receives the counters of the daemon and of every registered CPU`() throws {
        var daemon = DaemonStatus.Daemon(
            uptime: .milliseconds(86_400_000), clients: 3, subscribers: 2, registeredCPUs: "0,2-3", queuedBytes: 51_200,
            queueHighWater: 8_388_096,
            cpus: [
                .init(cpu: 0, subscribers: 2, received: 48_211, lost: 144, receiveBufferBytes: 33_554_432),
                .init(cpu: 2, subscribers: 1, received: 120, lost: 0, receiveBufferBytes: 16_777_216),
                .init(cpu: 3, subscribers: 1, received: 0, lost: 0, receiveBufferBytes: 16_777_216),
            ])
        var origin = DaemonStatus.Origin()
        origin.isListening = true
        origin.isRealTime = true
        origin.isScanned = true
        origin.processes = 312
        origin.memoryBytes = 151_040
        origin.starts = 48_102
        origin.commands = .init(known: [.exec: 47_010, .fork: 1_102, .scan: 88], unknown: 11)
        origin.executables = .init(known: [.exec: 46_988, .fork: 1_102, .scan: 61], unknown: 60)
        origin.cgroups = .init(known: [.exec: 47_021, .fork: 1_102, .scan: 88], unknown: 0)
        daemon.origin = origin
        let status = DaemonStatus(connection: .init(), delayAccounting: false, daemon: daemon)
        try GoldenConversation.expect("status-all", [request, answer(status)])
    }

    @Test func `the description contains the protocol, its methods and every field`() throws {
        try GoldenConversation.expect(
            "describe",
            [
                .client(Request(id: .integer(1), call: .describe)),
                .daemon(ServerLine.description(.integer(1)), .reply(id: 1, .other)),
            ])
    }
}

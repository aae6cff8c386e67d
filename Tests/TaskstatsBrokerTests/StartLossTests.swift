import TaskstatsModel
import Testing

@testable import TaskstatsBroker

/// Starts have no index, so a gap that contains them begins behind the last record.
@Suite struct StartLossTests {
    /// Returns a client with a queue of that size.
    private func subscribed(_ queueBytes: Int) throws -> (host: TestHost, client: TestClient) {
        var settings = BrokerSettings.sample(limits: .usual { $0.queueBytes = queueBytes })
        settings.knowsOrigin = true
        let host = TestHost(settings)
        let client = try host.connect()
        client.subscribe(fields: [.acComm], starts: true)
        client.read()
        return (host, client)
    }

    /// Returns a start with a line that is much longer than that of an exit.
    private func start(_ pid: UInt32) -> ProcessStart {
        var sources = ProcessOrigin.Sources()
        sources.command = .exec
        let commandLine = ProcessCommandLine([String(repeating: "a", count: 3_700)])
        return ProcessStart(cpu: 0, pid: pid, origin: ProcessOrigin(commandLine: commandLine, sources: sources))
    }

    @Test func `no line of a gap names an index before that of the last record`() throws {
        let probe = try subscribed(65_536)
        probe.host.end(EndedTask(pid: 1))
        let exitBytes = probe.host.unsentBytes(of: probe.client.id)
        probe.host.start(start(1))
        let pairBytes = probe.host.unsentBytes(of: probe.client.id)

        // There is room for all but the second start.
        let (host, client) = try subscribed(pairBytes + exitBytes + 100)
        host.end(EndedTask(pid: 1))
        host.start(start(1))
        host.end(EndedTask(pid: 2))
        _ = host.unsentBytes(of: client.id)
        host.start(start(2))
        host.loseStarts(2)
        client.read()
        #expect(client.exits.map(\.index) == [1, 2])
        #expect(
            client.losses == [
                LostRecords(.starts, count: 2, index: 2), LostRecords(.queue, count: 1, index: 2),
            ])
    }
}

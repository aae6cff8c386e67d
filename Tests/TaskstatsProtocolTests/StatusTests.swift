import TaskstatsModel
import TestSupport
import Testing

@testable import TaskstatsProtocol

@Suite struct StatusTests {
    private func readBack(_ status: DaemonStatus) throws -> ServerEvent {
        let line = ServerLine.result(.integer(3)) { status.write(to: &$0) }
        return try EventReader.read(line.line)
    }

    @Test(arguments: SeededGenerator.seeds)
    func `random counters are decoded as they were encoded`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let status = DaemonStatus.random(using: &generator)
            #expect(try readBack(status) == .reply(id: 3, .status(status)))
        }
    }

    @Test func `missing counters are 0`() throws {
        let line = #"{"jsonrpc":"2.0","id":3,"result":{"connection":{},"daemon":{}}}"#
        let daemon = DaemonStatus.Daemon(
            uptime: .milliseconds(0), clients: 0, subscribers: 0, registeredCPUs: "", queuedBytes: 0, queueHighWater: 0,
            cpus: [])
        let expected = DaemonStatus(connection: .init(), delayAccounting: nil, daemon: daemon)
        #expect(try EventReader.read(line) == .reply(id: 3, .status(expected)))
    }
}

extension DaemonStatus {
    fileprivate static func random(using generator: inout SeededGenerator) -> DaemonStatus {
        var connection = Connection()
        connection.delivered = generator.integer() >> 1
        connection.lostInQueue = generator.integer() >> 1
        connection.lostInKernel = generator.integer() >> 1
        connection.queuedBytes = Int(generator.integer() >> 1)
        connection.queueHighWater = Int(generator.integer() >> 1)
        connection.cpus = generator.chance(50) ? "0-3,8" : nil
        return DaemonStatus(
            connection: connection, delayAccounting: [true, false, nil].randomElement(using: &generator) ?? nil,
            daemon: generator.chance(50) ? randomDaemon(using: &generator) : nil)
    }

    private static func randomDaemon(using generator: inout SeededGenerator) -> Daemon {
        let cpus = (0..<Int.random(in: 0...8, using: &generator)).map { cpu in
            CPU(
                cpu: cpu, subscribers: Int(generator.integer() >> 1), received: generator.integer() >> 1,
                lost: generator.integer() >> 1, receiveBufferBytes: Int(generator.integer() >> 1))
        }
        return Daemon(
            uptime: .milliseconds(generator.integer() >> 24), clients: Int(generator.integer() >> 1),
            subscribers: Int(generator.integer() >> 1), registeredCPUs: generator.chance(50) ? "" : "0-3",
            queuedBytes: Int(generator.integer() >> 1), queueHighWater: Int(generator.integer() >> 1), cpus: cpus)
    }
}

import TaskstatsModel
import TaskstatsProtocol
import TestSupport
import Testing

@testable import TaskstatsBroker

/// Lines that are not requests are each answered with an error; eight in a row end the connection.
@Suite struct BadLineTests {
    private let host = TestHost()
    private let finalMessage = "8 bad lines in a row"

    @Test func `eight bad lines in a row close the connection after queued lines are sent`() throws {
        let client = try host.connect()
        client.subscribe(cpus: "0")
        host.end(EndedTask(pid: 1))
        for _ in 0..<20 { client.say("nonsense") }
        host.end(EndedTask(pid: 2))
        let errors = [ReceivedLine](repeating: .refusal(.parseError), count: 8)
        #expect(client.read() == [.hello, .answer(1), .exit(1)] + errors + [.closing(finalMessage)])
        #expect(!host.isConnected(client.id))
        #expect(host.registered.isEmpty)
    }

    @Test func `seven bad lines are tolerated, and a good line in between resets the count`() throws {
        let client = try host.connect()
        for _ in 0..<5 {
            for _ in 0..<7 { client.say("[") }
            client.ask(.status)
        }
        client.read()
        #expect(host.isConnected(client.id))
        #expect(client.received.count { $0 == .refusal(.parseError) } == 35)
    }

    @Test func `a list of CPUs with a syntax error is a bad line`() throws {
        let client = try host.connect()
        for _ in 0..<8 { client.subscribe(cpus: "0-") }
        let errors = (1...8).map { ReceivedLine.error($0, .invalidParams) }
        #expect(client.read() == [.hello] + errors + [.closing(finalMessage)])
    }

    @Test func `a valid request that is refused is not a bad line`() throws {
        let client = try host.connect()
        for _ in 0..<20 { client.subscribe(cpus: "99") }
        client.read()
        #expect(host.isConnected(client.id))
    }

    @Test func `a bad line is answered under its id if that is readable`() throws {
        let client = try host.connect()
        client.say(#"{"jsonrpc":"2.0","id":5,"method":"fly"}"#)
        client.say(#"{"jsonrpc":"2.0","id":6,"method":"get","params":{"pid":0}}"#)
        client.say(#"{"jsonrpc":"2.0","method":"status"}"#)
        client.say(#"[]"#)
        #expect(
            client.read() == [
                .hello, .error(5, .methodNotFound), .error(6, .invalidParams), .refusal(.invalidRequest),
                .refusal(.invalidRequest),
            ])
    }

    @Test func `a line that is too long is a bad line, reported with the limit`() throws {
        let client = try host.connect()
        for _ in 0..<8 { host.receiveLongLine(from: client.id) }
        client.read()
        #expect(
            client.received == [.hello] + [ReceivedLine](repeating: .refusal(.invalidRequest), count: 8) + [
                .closing(finalMessage)
            ])
        guard case .refusal(let error) = client.events[1] else { throw UnexpectedValue(client.events[1]) }
        #expect(error.message.contains("\(ProtocolLimits.requestBytes)"))
    }

    @Test func `bad lines of one client do not count for others`() throws {
        let clients = try (0..<3).map { _ in try host.connect() }
        for _ in 0..<7 {
            for client in clients { client.say("") }
        }
        for client in clients { client.read() }
        #expect(clients.allSatisfy { host.isConnected($0.id) })
    }
}

import TaskstatsModel
import TaskstatsProtocol
import Testing

@testable import TaskstatsBroker

/// Answers are never dropped; instead, a client that does not read is not read from.
@Suite struct AnswerTests {
    @Test func `a queue full of records drops no answer`() throws {
        let host = TestHost(.sample(limits: .usual { $0.queueBytes = 4_096 }))
        let client = try host.connect()
        client.subscribe()
        client.read()
        host.end([EndedTask](1...50))
        var requests: [Int64] = []
        while let request = client.ask(.describe) { requests.append(request) }
        #expect(!requests.isEmpty)
        let received = client.read()
        #expect(received.filter { requests.map(ReceivedLine.answer).contains($0) } == requests.map(ReceivedLine.answer))
        #expect(Journal.fault(in: received, of: 1...50) == nil)
    }

    @Test func `requests are read until the queue is full, and again when there is room`() throws {
        let host = TestHost(.sample(limits: .usual { $0.queueBytes = 20_000 }))
        let client = try host.connect()
        var answers = 0
        while client.ask(.describe) != nil { answers += 1 }
        #expect(host.unsentBytes(of: client.id) >= 20_000)
        #expect(answers > 0)
        let excess = host.unsentBytes(of: client.id) - 20_000
        client.read(excess)
        #expect(!host.wantsRequests(of: client.id))
        client.read(1)
        #expect(host.wantsRequests(of: client.id))
        client.read()
        #expect(client.received.count == 1 + answers)
    }

    @Test func `no requests are read from a client that is closing or gone`() throws {
        let host = TestHost()
        let client = try host.connect()
        host.shutDown()
        #expect(!host.wantsRequests(of: client.id))
        #expect(!host.isFinished(client.id))
        client.read()
        #expect(client.received == [.hello, .closing("the test is over")])
        #expect(!host.wantsRequests(of: client.id))
        #expect(host.isFinished(client.id))
    }

    @Test func `shutting down notifies every client once`() throws {
        let host = TestHost()
        let clients = try (0..<3).map { _ in try host.connect() }
        host.shutDown()
        host.shutDown()
        for client in clients { #expect(client.read() == [.hello, .closing("the test is over")]) }
        #expect(host.isBalanced)
    }
}

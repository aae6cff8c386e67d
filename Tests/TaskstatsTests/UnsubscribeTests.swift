import TaskstatsProtocol
import TestSupport
import Testing

@testable import Taskstats

/// The end of a subscription, with much on its way.
@Suite(.timeLimit(.minutes(1))) struct UnsubscribeTests {
    private static let records = 9_000

    /// A daemon that has this many records to send before it hears that no more are wanted, and ends in this way.
    private func daemon(_ end: @escaping @Sendable (FakePeer, Request) throws -> Void) throws -> FakeDaemon {
        try FakeDaemon { peer in
            try peer.sendHello()
            try peer.grantSubscription()
            let request = try peer.request()
            var line = ByteBuffer(capacity: 4_096)
            RecordEncoder.appendExitLine(SampleRecords.exit(), fields: [.acComm], redacted: [], to: &line)
            let bytes = line.array
            for _ in 0..<Self.records { try peer.send(bytes: bytes) }
            try end(peer, request)
        }
    }

    @Test func `who takes what comes before the answer gets it all`() throws {
        let daemon = try daemon { peer, request in
            try peer.send(ServerLine.lost(LostRecords(.queue, count: 37)))
            try peer.send(ServerLine.unsubscribed(request.id))
        }
        let connection = try TaskstatsConnection.connect(path: daemon.path)
        try connection.subscribe()
        var events: [TaskstatsEvent] = []
        try connection.unsubscribe { events.append($0) }
        #expect(events.count == Self.records + 1)
        #expect(events.last == .lost(LostRecords(.queue, count: 37)))
        #expect(try connection.nextReceived() == nil)
        try daemon.finish()
    }

    @Test func `who asks for it afterwards gets what was kept, and the number of the rest`() throws {
        let daemon = try daemon { try $0.send(ServerLine.unsubscribed($1.id)) }
        let connection = try TaskstatsConnection.connect(path: daemon.path)
        try connection.subscribe()
        try connection.unsubscribe()
        var (exits, lost) = (0, 0)
        while let event = try connection.nextReceived() {
            if case .lost(let loss) = event { lost += Int(loss.count ?? 0) } else { exits += 1 }
        }
        #expect(exits == 8_192)
        #expect(exits + lost == Self.records)
    }

    @Test func `a goodbye in place of the answer comes after all that was before it`() throws {
        let daemon = try daemon { peer, _ in try peer.send(ServerLine.closing(reason: "over")) }
        let connection = try TaskstatsConnection.connect(path: daemon.path)
        try connection.subscribe()
        var events: [TaskstatsEvent] = []
        let error = #expect(throws: TaskstatsError.self) { try connection.unsubscribe { events.append($0) } }
        #expect(error?.code == .closedByDaemon)
        #expect(events.count == Self.records + 1)
        #expect(events.last == .closing(reason: "over"))
    }

    @Test func `a daemon that does not answer is late by the last piece that came`() throws {
        let daemon = try daemon { peer, _ in try peer.waitForEnd() }
        let connection = try TaskstatsConnection.connect(path: daemon.path)
        try connection.subscribe()
        connection.timeout = .milliseconds(300)
        var count = 0
        let error = #expect(throws: TaskstatsError.self) { try connection.unsubscribe { _ in count += 1 } }
        #expect(error?.code == .timedOut)
        #expect(count == Self.records)
    }
}

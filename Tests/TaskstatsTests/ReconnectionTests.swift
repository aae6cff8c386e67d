import TaskstatsProtocol
import TestSupport
import Testing

@testable import Taskstats

/// A daemon that goes away and comes back.
@Suite(.timeLimit(.minutes(1))) struct ReconnectionTests {
    /// As often as it takes, without a pause that a test would have to sit through.
    private let quickly = Reconnection(attempts: nil, firstDelay: .milliseconds(1), longestDelay: .milliseconds(4))

    /// A daemon that accepts a client, grants its sequence a subscription, and goes away.
    private static func servingOneSequence() throws -> FakeDaemon {
        try FakeDaemon(serving: [
            { try $0.sendHello() },
            { peer in
                try peer.sendHello()
                try peer.grantSubscription()
            },
        ])
    }

    @Test func `pauses double up to the longest, and there are as many as were sent for`() {
        let delays = (1...8).map { Reconnection.always.delay(beforeAttempt: $0) }
        #expect(delays == [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000].map { .milliseconds($0) })
        #expect(Reconnection.always.delay(beforeAttempt: .max) == .seconds(5))
        #expect(Reconnection.never.delay(beforeAttempt: 1) == nil)
        let twice = Reconnection(attempts: 2, firstDelay: .seconds(9))
        #expect((1...3).map { twice.delay(beforeAttempt: $0) } == [.seconds(5), .seconds(5), nil])
    }

    @Test func `a sequence reports that the daemon is gone, why, and that another instance serves it`() async throws {
        let daemon = try FakeDaemon(serving: [
            { try $0.sendHello() },
            { peer in
                try peer.sendHello(instance: "first")
                try peer.grantSubscription()
                try peer.exit(SampleRecords.exit(pid: 1))
                try peer.send(ServerLine.closing(reason: "restarting"))
            },
            // Comes up, and is killed before it says a word.
            { _ in },
            { peer in
                try peer.send(
                    ServerLine.error(
                        nil,
                        ProtocolError(
                            .limitExceeded, "too many", limit: .init("connections_per_uid", allowed: 1, used: 1))))
            },
            { peer in
                try peer.sendHello(instance: "second")
                try peer.grantSubscription()
                try peer.exit(SampleRecords.exit(pid: 2))
            },
        ])
        let client = try await TaskstatsClient.connect(path: daemon.path, reconnection: quickly)
        var seen: [String] = []
        for try await event in client.exits(cpus: "1") {
            switch event {
            case .connected(let server): seen.append("connected \(server.instance)")
            case .exit(let record): seen.append("exit \(record.pid)")
            case .start(let start): seen.append("start \(start.pid)")
            case .lost(let lost): seen.append("lost \(lost.count ?? 0)")
            case .live(let index): seen.append("live \(index)")
            case .disconnected(let error): seen.append("disconnected \(error.code)")
            }
            if seen.count == 6 { break }
        }
        #expect(
            seen == [
                "connected first", "exit 1", "disconnected closedByDaemon", "connected second", "exit 2",
                "disconnected disconnected",
            ])
        let calls = try daemon.finish().map(\.call)
        #expect(calls.count == 2)
        #expect(calls.first == calls.last)
    }

    @Test func `without reconnection a daemon that goes away is an error`() async throws {
        let daemon = try Self.servingOneSequence()
        let client = try await TaskstatsClient.connect(path: daemon.path)
        var events = 0
        let error = await #expect(throws: TaskstatsError.self) {
            for try await _ in client.exits() { events += 1 }
        }
        #expect(error?.code == .disconnected)
        #expect(events == 1)
    }

    @Test func `a sequence gives up after the attempts it was allowed`() async throws {
        let daemon = try Self.servingOneSequence()
        let client = try await TaskstatsClient.connect(path: daemon.path)
        let policy = Reconnection(attempts: 3, firstDelay: .milliseconds(1))
        var events: [TaskstatsClient.Event] = []
        let error = await #expect(throws: TaskstatsError.self) {
            for try await event in client.exits(reconnection: policy) {
                events.append(event)
                // Nothing listens from here on.
                if case .connected = event { try daemon.finish() }
            }
        }
        #expect(error?.code == .notRunning)
        #expect(events.count == 2)
    }

    @Test func `a pause ends at once when it is cancelled`() async throws {
        let daemon = try Self.servingOneSequence()
        let client = try await TaskstatsClient.connect(path: daemon.path)
        let gone = Signal()
        let loop = Task {
            let policy = Reconnection(attempts: nil, firstDelay: .seconds(3_600), longestDelay: .seconds(3_600))
            for try await event in client.exits(reconnection: policy) {
                if case .disconnected = event { gone.send() }
            }
        }
        await gone.value()
        loop.cancel()
        try await loop.value
    }

    @Test func `a request is repeated after the daemon returns, and the client has the new handshake`() async throws {
        let daemon = try FakeDaemon(serving: [
            { peer in
                try peer.sendHello(instance: "first")
                try peer.answerStats()
                // Gone before it has answered.
                try peer.request()
            },
            { _ in },
            { peer in
                try peer.sendHello(instance: "second")
                for _ in 0..<20 { try peer.answerStats() }
            },
        ])
        let client = try await TaskstatsClient.connect(path: daemon.path, reconnection: quickly)
        #expect(try await client.stats(ofTask: 1).acPid == 1)
        #expect(client.server.instance == "first")
        try await withThrowingTaskGroup { group in
            for pid in 1...20 {
                group.addTask {
                    let record = try await client.stats(ofTask: pid)
                    #expect(record.acPid == UInt32(pid))
                }
            }
            try await group.waitForAll()
        }
        #expect(client.server.instance == "second")
        try daemon.finish()
    }

    @Test func `a request gives up when its time is over, with the reason why there is no daemon`() async throws {
        let daemon = try FakeDaemon { try $0.sendHello() }
        let client = try await TaskstatsClient.connect(
            path: daemon.path, timeout: .milliseconds(100), reconnection: quickly)
        try daemon.finish()
        let error = await #expect(throws: TaskstatsError.self) { try await client.status() }
        #expect(error?.code == .notRunning)
    }
}

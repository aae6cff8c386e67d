import TaskstatsProtocol
import TestSupport
import Testing

@testable import Taskstats

/// A daemon that goes away and comes back.
@Suite(.timeLimit(.minutes(1))) struct ReconnectionTests {
    /// As often as it takes, without a pause that a test would have to sit through.
    private let quickly = Reconnection(attempts: nil, firstDelay: .milliseconds(1), longestDelay: .milliseconds(4))

    @Test func `pauses double up to the longest, and there are as many as were sent for`() {
        let delays = (1...8).map { Reconnection.always.delay(beforeAttempt: $0) }
        #expect(delays == [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000].map { .milliseconds($0) })
        #expect(Reconnection.always.delay(beforeAttempt: .max) == .seconds(5))
        #expect(Reconnection.never.delay(beforeAttempt: 1) == nil)
        let twice = Reconnection(attempts: 2, firstDelay: .seconds(9))
        #expect((1...3).map { twice.delay(beforeAttempt: $0) } == [.seconds(5), .seconds(5), nil])
    }

    @Test func `a sequence reports that the daemon is gone, why, and that another instance serves it`() async throws {
        let daemon = try ServedDaemon(tasks: 2, "--instance", "first")
        let client = try await TaskstatsClient.connect(path: daemon.path, reconnection: quickly)
        var seen: [String] = []
        loop: for try await event in client.exits(cpus: "1") {
            switch event {
            case .connected(let server): seen.append("connected \(server.instance)")
            case .exit(let record):
                seen.append("exit \(record.pid)")
                if seen.count == 2 { try daemon.stop() }
            case .start(let start): seen.append("start \(start.pid)")
            case .lost(let lost): seen.append("lost \(lost.place)")
            case .live(let index):
                seen.append("live \(index)")
                break loop
            case .disconnected(let error):
                seen.append("disconnected \(error.code)")
                try daemon.start(["--instance", "second"])
            }
        }
        #expect(
            seen == [
                "connected first", "exit 2", "disconnected closedByDaemon", "connected second", "lost history",
                "exit 2", "live 2",
            ])
    }

    @Test func `a sequence tries again when a daemon does not get as far as a subscription`() async throws {
        let daemon = try FakeDaemon(serving: [
            { try $0.sendHello() },
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
            },
        ])
        let client = try await TaskstatsClient.connect(path: daemon.path, reconnection: quickly)
        var iterator = client.exits().makeAsyncIterator()
        let event = try await iterator.next()
        guard case .connected(let server) = event else { throw UnexpectedValue(event) }
        #expect(server.instance == "second")
        try daemon.finish()
    }

    @Test func `a sequence resumes without a gap when the connection breaks in a line`() async throws {
        let daemon = try ServedDaemon(tasks: 25, "--vanish-after", "10")
        let client = try await TaskstatsClient.connect(path: daemon.path, reconnection: quickly)
        var indices: [UInt64] = []
        var connections = 0
        loop: for try await event in client.exits() {
            switch event {
            case .connected: connections += 1
            case .exit(let record): indices.append(try #require(record.index))
            case .lost(let loss): Issue.record("\(loss)")
            case .live: break loop
            case .start, .disconnected: break
            }
        }
        #expect(indices == Array(1...25))
        #expect(connections == 3)
    }

    @Test func `a sequence reports what the daemon no longer keeps when it resumes`() async throws {
        let daemon = try ServedDaemon(tasks: 9, "--vanish-after", "3", "--lose", "history:5")
        let client = try await TaskstatsClient.connect(path: daemon.path, reconnection: quickly)
        var losses: [LostRecords] = []
        var indices: [UInt64] = []
        for try await event in client.exits() {
            if case .lost(let loss) = event { losses.append(loss) }
            if case .exit(let record) = event { indices.append(try #require(record.index)) }
            if case .live = event { break }
        }
        #expect(indices == [1, 2, 3, 6, 7, 8, 9])
        #expect(losses == [LostRecords(.history, count: 2, index: 5)])
    }

    @Test func `without reconnection a daemon that goes away is an error`() async throws {
        let daemon = try ServedDaemon(tasks: 0)
        let client = try await TaskstatsClient.connect(path: daemon.path)
        var events = 0
        let error = await #expect(throws: TaskstatsError.self) {
            for try await _ in client.exits() {
                events += 1
                try daemon.kill()
            }
        }
        #expect(error?.code == .disconnected)
        #expect(events == 1)
    }

    @Test func `a sequence gives up after the attempts it was allowed`() async throws {
        let daemon = try ServedDaemon(tasks: 0)
        let client = try await TaskstatsClient.connect(path: daemon.path)
        let policy = Reconnection(attempts: 3, firstDelay: .milliseconds(1))
        var events = 0
        let error = await #expect(throws: TaskstatsError.self) {
            for try await _ in client.exits(reconnection: policy) {
                events += 1
                try daemon.kill()
            }
        }
        #expect(error?.code == .notRunning)
        #expect(events == 2)
    }

    @Test func `a pause ends at once when it is cancelled`() async throws {
        let daemon = try ServedDaemon(tasks: 0, "--vanish-after", "end")
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
        let daemon = try ServedDaemon(tasks: 0)
        let client = try await TaskstatsClient.connect(
            path: daemon.path, timeout: .milliseconds(100), reconnection: quickly)
        try daemon.kill()
        let error = await #expect(throws: TaskstatsError.self) { try await client.status() }
        #expect(error?.code == .notRunning)
    }
}

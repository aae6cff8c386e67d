import LinuxSystem
import TaskstatsProtocol
import TestSupport
import Testing

@testable import Taskstats

/// The point at which a client resumes, when its connections end at awkward moments.
@Suite(.timeLimit(.minutes(1))) struct InterruptedReplayTests {
    /// A connection that grants a subscription, sends exits with these indices, and ends.
    private static func connection(_ instance: String, _ indices: UInt64...) -> FakeDaemon.Script {
        { peer in
            try peer.sendHello(instance: instance, features: ["since"])
            try peer.grantSubscription()
            for index in indices {
                var record = SampleRecords.exit()
                record.index = index
                try peer.exit(record)
            }
        }
    }

    /// Returns where the subscriptions of a sequence start, one for each connection.
    private func starts(
        _ subscription: Subscription = Subscription(), at connections: [FakeDaemon.Script]
    ) async throws -> [HistoryStart?] {
        let daemon = try FakeDaemon(serving: connections)
        let exits = TaskstatsClient.Exits(
            path: daemon.path, subscription: subscription,
            reconnection: Reconnection(attempts: nil, firstDelay: .milliseconds(1)))
        var ends = 0
        for try await event in exits {
            if case .disconnected = event { ends += 1 }
            if ends == connections.count { break }
        }
        return try daemon.finish().map { request in
            guard case .subscribe(let subscription, _) = request.call else { throw UnexpectedValue(request) }
            return subscription.since
        }
    }

    @Test func `before the first event of a replay it is the start of the replay, not the present`() async throws {
        let subscription = Subscription(since: .time(600))
        let starts = try await starts(
            subscription, at: [Self.connection("a"), Self.connection("a", 3), Self.connection("a")])
        #expect(starts == [.time(600), .time(600), .after(instance: "a", index: 3)])
    }

    @Test func `a duration is the time that it meant first`() async throws {
        let before = SystemClock.realtimeNanoseconds
        let starts = try await starts(
            Subscription(since: .ago(.seconds(600))),
            at: [Self.connection("a"), Self.connection("a"), Self.connection("a")])
        #expect(starts.first == .ago(.seconds(600)))
        #expect(starts[1] == starts[2])
        guard case .time(let time) = starts[1] else { throw UnexpectedValue(starts) }
        #expect((before...SystemClock.realtimeNanoseconds).contains(time + 600_000_000_000))
    }

    @Test func `an index keeps the instance that it belongs to`() async throws {
        let starts = try await starts(
            at: [Self.connection("a", 41), Self.connection("b"), Self.connection("b", 2), Self.connection("b")])
        #expect(
            starts == [
                nil, .after(instance: "a", index: 41), .after(instance: "a", index: 41),
                .after(instance: "b", index: 2),
            ])
    }
}

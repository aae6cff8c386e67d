import Glibc
import LinuxSystem
import TaskstatsProtocol
import TestSupport
import Testing

@testable import Taskstats

/// A daemon that sends records without end and answers nothing.
@Suite(.timeLimit(.minutes(1))) struct FloodTests {
    /// Floods once the client has asked for something after its subscription; lasts for 20 s when the client stays.
    private func flooding(subscribed: Bool = true) throws -> FakeDaemon {
        try FakeDaemon { peer in
            try peer.sendHello()
            if subscribed { try peer.grantSubscription() }
            try peer.request()
            peer.floodWithExits(for: .seconds(20))
        }
    }

    private static func limits(_ limit: Duration) -> TaskstatsConnection.UnsubscribeLimits {
        TaskstatsConnection.UnsubscribeLimits(waiting: limit, total: limit)
    }

    private func elapsed(_ body: () throws -> Void) rethrows -> Duration {
        let start = SuspendingClock.now
        try body()
        return start.duration(to: .now)
    }

    @Test func `a request is timed out although records arrive all the time`() throws {
        let daemon = try flooding()
        let connection = try TaskstatsConnection.connect(path: daemon.path)
        try connection.subscribe()
        connection.timeout = .milliseconds(300)
        let time = elapsed {
            let error = #expect(throws: TaskstatsError.self) { try connection.status() }
            #expect(error?.code == .timedOut)
        }
        #expect(time < .seconds(10))
    }

    @Test func `many requests are timed out although records arrive all the time`() throws {
        let daemon = try flooding()
        let connection = try TaskstatsConnection.connect(path: daemon.path)
        try connection.subscribe()
        connection.timeout = .milliseconds(300)
        let time = elapsed {
            let error = #expect(throws: TaskstatsError.self) {
                try connection.stats(ofTasks: 1...3 as ClosedRange<Int>)
            }
            #expect(error?.code == .timedOut)
        }
        #expect(time < .seconds(10))
    }

    @Test func `leaving ends at its deadline although records arrive all the time`() throws {
        let daemon = try flooding()
        let connection = try TaskstatsConnection.connect(path: daemon.path)
        try connection.subscribe()
        var count = 0
        let time = try elapsed {
            let isConfirmed = try connection.unsubscribe(within: Self.limits(.milliseconds(300))) {
                (_: TaskstatsEvent) in
                count += 1
                return true
            }
            #expect(!isConfirmed)
        }
        #expect(count > 0)
        #expect(time < .seconds(10))
    }

    @Test func `unsubscribing ends when the receiver of the records has enough`() throws {
        let daemon = try flooding()
        let connection = try TaskstatsConnection.connect(path: daemon.path)
        try connection.subscribe()
        var count = 0
        let isConfirmed = try connection.unsubscribe(within: Self.limits(.seconds(30))) { (_: TaskstatsEvent) in
            count += 1
            return count < 100
        }
        #expect(!isConfirmed)
        #expect(count == 100)
    }

    @Test func `what interrupts a request interrupts it although records arrive all the time`() throws {
        let daemon = try flooding()
        let connection = try TaskstatsConnection.connect(path: daemon.path)
        try connection.subscribe()
        let pipe = try Pipe()
        let (descriptor, writing) = (pipe.reading.number, pipe.writing.number)
        let interruptor = try BackgroundThread {
            try? daemon.waitForRequest("status")
            _ = unsafe write(writing, [1], 1)
        }
        var status: DaemonStatus?
        let time = try elapsed { status = try connection.status(interruptedBy: descriptor) }
        #expect(status == nil)
        try interruptor.join()
        #expect(time < .seconds(10))
    }

    @Test func `a request of the client is timed out although records arrive all the time`() async throws {
        let daemon = try flooding(subscribed: false)
        let client = try await TaskstatsClient.connect(path: daemon.path, timeout: .milliseconds(300))
        let start = SuspendingClock.now
        let error = await #expect(throws: TaskstatsError.self) { try await client.status() }
        #expect(error?.code == .timedOut)
        #expect(start.duration(to: .now) < .seconds(10))
    }

    @Test func `cancelling ends a request of the client although records arrive all the time`() async throws {
        let daemon = try flooding(subscribed: false)
        let client = try await TaskstatsClient.connect(path: daemon.path, timeout: .seconds(30))
        let start = SuspendingClock.now
        let request = Task { try await client.status() }
        while !daemon.methods.contains("status") { await Task.yield() }
        request.cancel()
        await #expect(throws: CancellationError.self) { try await request.value }
        #expect(start.duration(to: .now) < .seconds(10))
    }
}

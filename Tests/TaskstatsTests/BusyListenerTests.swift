import Glibc
import LinuxSystem
import Synchronization
import TaskstatsProtocol
import TestSupport
import Testing

@testable import Taskstats

/// A daemon whose backlog is full, because others connect as fast as they can.
@Suite(.timeLimit(.minutes(1))) struct BusyListenerTests {
    @Test func `the blocking core waits for room and connects`() throws {
        let listener = try FullListener()
        try listener.serve(after: .milliseconds(300))
        let start = SuspendingClock.now
        let connection = try TaskstatsConnection.connect(path: listener.path, timeout: .seconds(20))
        #expect(connection.server.instance == "9f0c")
        #expect(start.duration(to: .now) >= .milliseconds(300))
    }

    @Test func `the client waits for room and connects`() async throws {
        let listener = try FullListener()
        try listener.serve(after: .milliseconds(300))
        let start = SuspendingClock.now
        let client = try await TaskstatsClient.connect(path: listener.path, timeout: .seconds(20))
        #expect(client.server.instance == "9f0c")
        #expect(start.duration(to: .now) >= .milliseconds(300))
    }

    @Test func `the client has its lock while others wait for the same room without end`() async throws {
        let listener = try FullListener()
        let others = try listener.crowd(3)
        // There is room for one connection every 20 ms, and three others wait for it at any time.
        try listener.serve(after: .zero, every: .milliseconds(20))
        let client = try await TaskstatsClient.connect(path: listener.path, timeout: .seconds(8))
        #expect(client.server.instance == "9f0c")
        others.leave()
    }

    @Test(arguments: [false, true])
    func `a daemon that never accepts is timed out, when the time is over`(blocking: Bool) async throws {
        let listener = try FullListener()
        let start = SuspendingClock.now
        let error = await #expect(throws: TaskstatsError.self) {
            if blocking {
                _ = try TaskstatsConnection.connect(path: listener.path, timeout: .milliseconds(300))
            } else {
                _ = try await TaskstatsClient.connect(path: listener.path, timeout: .milliseconds(300))
            }
        }
        #expect(error?.code == .timedOut)
        let elapsed = start.duration(to: .now)
        #expect(elapsed >= .milliseconds(300) && elapsed < .seconds(10))
    }

    @Test func `cancelling ends the wait for room at once`() async throws {
        let listener = try FullListener()
        let start = SuspendingClock.now
        let path = listener.path
        let task = Task { try await TaskstatsClient.connect(path: path, timeout: .seconds(20)) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(start.duration(to: .now) < .seconds(10))
    }

    @Test func `signals that interrupt the wait for room do not extend it`() throws {
        let listener = try FullListener()
        // Any handler makes connect return EINTR.
        let before = signal(SIGUSR2) { _ in }
        defer { _ = signal(SIGUSR2, before) }
        let (path, start) = (listener.path, SuspendingClock.now)
        let thread = try InterruptedThread(by: SIGUSR2) {
            let error = #expect(throws: TaskstatsError.self) {
                try TaskstatsConnection.connect(path: path, timeout: .milliseconds(300))
            }
            #expect(error?.code == .timedOut)
        }
        try thread.interrupt(every: .milliseconds(50), atMost: .seconds(3))
        #expect(start.duration(to: .now) < .seconds(2))
    }
}

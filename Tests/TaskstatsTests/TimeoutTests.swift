import Glibc
import TaskstatsProtocol
import TestSupport
import Testing

@testable import Taskstats

/// A daemon that hangs, and one that comes back, as the blocking core meets them.
@Suite(.timeLimit(.minutes(1))) struct TimeoutTests {
    @Test func `a daemon without a timely handshake is distinguished from one that is gone`() throws {
        let daemon = try FakeDaemon { try $0.waitForEnd() }
        let error = #expect(throws: TaskstatsError.self) {
            try TaskstatsConnection.connect(path: daemon.path, timeout: .milliseconds(50))
        }
        #expect(error?.code == .timedOut)
        try daemon.finish()
    }

    @Test func `a daemon that takes no connections is given up after the time allowed`() throws {
        let listener = try FullListener()
        let error = #expect(throws: TaskstatsError.self) {
            try TaskstatsConnection.connect(path: listener.path, timeout: .milliseconds(50))
        }
        #expect(error?.code == .timedOut)
    }

    @Test func `an answer that comes too late is passed over, and the connection stays usable`() throws {
        let daemon = try FakeDaemon { peer in
            try peer.sendHello()
            let late = try peer.request()
            let next = try peer.request()
            try peer.send(ServerLine.stats(late.id, of: .pid(1), SampleRecords.task(pid: 1), fields: .all))
            try peer.send(ServerLine.stats(next.id, of: .pid(2), SampleRecords.task(pid: 2), fields: .all))
        }
        let connection = try TaskstatsConnection.connect(path: daemon.path)
        #expect(connection.timeout == .seconds(10))
        connection.timeout = .milliseconds(50)
        let error = #expect(throws: TaskstatsError.self) { try connection.stats(ofTask: 1) }
        #expect(error?.code == .timedOut)
        connection.timeout = nil
        #expect(try connection.stats(ofTask: 2).acPid == 2)
    }

    @Test func `waiting for events has no limit`() throws {
        let daemon = try FakeDaemon { peer in
            try peer.sendHello()
            try peer.grantSubscription()
            // Time itself is what is tested here.
            usleep(700_000)
            try peer.exit(SampleRecords.exit(pid: 1))
        }
        let connection = try TaskstatsConnection.connect(path: daemon.path)
        connection.timeout = .milliseconds(500)
        try connection.subscribe()
        #expect(try connection.next() == .exit(SampleRecords.exit(pid: 1)))
    }

    @Test func `reconnecting takes the place of a connection that ended, with its subscription`() throws {
        let daemon = try ServedDaemon(tasks: 2, "--instance", "first")
        let connection = try TaskstatsConnection.connect(path: daemon.path)
        try connection.subscribe(Subscription(cpus: "1", scope: .process))
        #expect(connection.server.instance == "first")
        #expect(try connection.next() == .exit(SampleRecording.servedExit(2)))
        try daemon.restart("--instance", "second")
        #expect(throws: TaskstatsError.self) { while true { _ = try connection.next() } }
        try connection.reconnect()
        #expect(connection.server.instance == "second")
        // What the first instance has numbered means nothing to the second one, which sends all that it keeps.
        #expect(try connection.next() == .lost(LostRecords(.history, count: nil, index: 0)))
        #expect(try connection.next() == .exit(SampleRecording.servedExit(2)))
        #expect(try connection.next() == .live(index: 2))

        try daemon.kill()
        let error = #expect(throws: TaskstatsError.self) { try connection.reconnect() }
        #expect(error?.code == .notRunning)
        #expect(connection.server.instance == "second")
        #expect(throws: TaskstatsError.self) { try connection.next() }
    }
}

import TaskstatsProtocol
import TestSupport
import Testing

@testable import Taskstats

/// The sequence of exits.
@Suite(.timeLimit(.minutes(1))) struct ExitsTests {
    /// A client of a daemon whose second connection follows the script, after its handshake and subscription.
    private func client(
        _ script: @escaping FakeDaemon.Script
    ) async throws -> (client: TaskstatsClient, daemon: FakeDaemon) {
        let daemon = try FakeDaemon(serving: [
            { peer in
                try peer.sendHello()
                try peer.waitForEnd()
            },
            { peer in
                try peer.sendHello(instance: "stream")
                try peer.grantSubscription()
                try script(peer)
            },
        ])
        return (try await TaskstatsClient.connect(path: daemon.path), daemon)
    }

    @Test func `events come in order, only what was subscribed, and the daemon's reason is thrown`() async throws {
        let daemon = try ServedDaemon(
            tasks: 9, "--lose", "kernel:2@3", "--lose", "queue:1@7", "--close-after", "end", "--instance", "stream")
        let client = try await TaskstatsClient.connect(path: daemon.path)
        let filter = RecordFilter(commands: [try #require(GlobPattern("git"))])
        let exits = client.exits(cpus: "0", scope: .process, fields: [.acComm], filter: filter)
        var iterator = exits.makeAsyncIterator()
        let event = try await iterator.next()
        guard case .connected(let server) = event else { throw UnexpectedValue(event) }
        #expect(server.instance == "stream")
        for pid in [1, 5, 9] as [UInt32] {
            let event = try await iterator.next()
            guard case .exit(let record) = event else { throw UnexpectedValue(event) }
            #expect(record.pid == pid)
            #expect(record.task.command == "git")
            #expect(record.task.nvcsw == nil)
            if pid == 1 {
                #expect(try await iterator.next() == .lost(LostRecords(.kernel(cpu: 0), count: 1, index: 3)))
            } else if pid == 5 {
                #expect(try await iterator.next() == .lost(LostRecords(.queue, count: 1, index: 7)))
            }
        }
        // Its error has a type, which a switch need not cast.
        do throws(TaskstatsError) {
            _ = try await iterator.next()
            Issue.record("did not throw")
        } catch {
            #expect(error.code == .closedByDaemon)
        }
        #expect(try await iterator.next() == nil)
    }

    @Test func `requests are answered while exits come, and neither waits for the other`() async throws {
        let daemon = try ServedDaemon(tasks: 500)
        let client = try await TaskstatsClient.connect(path: daemon.path)
        async let seen = {
            var pids: [UInt32] = []
            for try await event in client.exits() {
                if case .exit(let record) = event { pids.append(record.pid) }
                if pids.count == 500 { break }
            }
            return pids
        }()
        for pid in 1...50 { #expect(try await client.stats(ofTask: pid).acPid == UInt32(pid)) }
        #expect(try await seen == Array(1...500))
    }

    @Test func `cancelling ends a loop that waits`() async throws {
        let daemon = try ServedDaemon(tasks: 0)
        let client = try await TaskstatsClient.connect(path: daemon.path)
        let connected = Signal()
        let loop = Task {
            for try await event in client.exits() {
                if case .connected = event { connected.send() }
            }
            return Task.isCancelled
        }
        await connected.value()
        loop.cancel()
        #expect(try await loop.value)
    }

    @Test func `cancelling ends a loop that is busy with what came before`() async throws {
        let daemon = try ServedDaemon(tasks: 10)
        let client = try await TaskstatsClient.connect(path: daemon.path)
        let loop = Task {
            var count = 0
            for try await event in client.exits() {
                if case .exit = event { count += 1 }
                if count == 3 { unsafe withUnsafeCurrentTask { unsafe $0?.cancel() } }
            }
            return count
        }
        #expect(try await loop.value == 3)
    }

    @Test func `a slow reader makes the daemon wait: no more is read than one buffer holds`() async throws {
        let full = Signal(of: Int.self)
        let sent = Signal(of: Int.self)
        let (client, daemon) = try await client { peer in
            var line = ByteBuffer(capacity: 4_096)
            RecordEncoder.appendExitLine(SampleRecords.exit(), fields: .all, redacted: [], to: &line)
            let lines = try peer.flood(line.array, rounds: 20_000) { full.send($0) }
            try peer.send(ServerLine.lost(LostRecords(.queue, count: 37)))
            sent.send(lines)
            try peer.waitForEnd()
        }
        var iterator = client.exits().makeAsyncIterator()
        let (first, second) = (try await iterator.next(), try await iterator.next())
        guard case .connected = first, case .exit = second else { throw UnexpectedValue([first, second]) }
        // Of 30 MB no more was taken than the socket holds and one buffer of the client.
        let taken = try #require(await full.value())
        #expect(taken < 2 << 20)
        var exits = 1
        loop: while let event = try await iterator.next() {
            switch event {
            case .exit: exits += 1
            case .lost(let lost):
                #expect(lost == LostRecords(.queue, count: 37))
                break loop
            case .connected, .disconnected, .start, .live: Issue.record("\(event)")
            }
        }
        #expect(exits == (await sent.value()))
        iterator = client.exits().makeAsyncIterator()
        await client.close()
        try daemon.finish()
    }

    @Test(arguments: ["garbage\n", "{\"jsonrpc\":\"2.0\",\"method\":\"exit\",\"params\":{\"cpu\":-1}}\n"])
    func `garbage in the stream is thrown, also with reconnection`(text: String) async throws {
        let (client, daemon) = try await client { try $0.send(text: text) }
        var iterator = client.exits(reconnection: .always).makeAsyncIterator()
        let event = try await iterator.next()
        guard case .connected = event else { throw UnexpectedValue(event) }
        let error = await #expect(throws: TaskstatsError.self) { try await iterator.next() }
        #expect(error?.code == .protocolViolation)
        #expect(try await iterator.next() == nil)
        await client.close()
        try daemon.finish()
    }

    @Test func `a subscription that the daemon refuses is thrown`() async throws {
        let daemon = try ServedDaemon(tasks: 0)
        let client = try await TaskstatsClient.connect(path: daemon.path)
        var iterator = client.exits(cpus: "99", reconnection: .always).makeAsyncIterator()
        let error = await #expect(throws: TaskstatsError.self) { try await iterator.next() }
        #expect(error?.code == .invalidParameters)
        #expect(error?.parameter == "cpus")
    }

    @Test func `a daemon that does not grant in time is an error of the sequence`() async throws {
        let daemon = try FakeDaemon(serving: [
            { try $0.sendHello() },
            { peer in
                try peer.sendHello()
                try peer.waitForEnd()
            },
        ])
        let client = try await TaskstatsClient.connect(path: daemon.path, timeout: .milliseconds(200))
        var iterator = client.exits().makeAsyncIterator()
        let error = await #expect(throws: TaskstatsError.self) { try await iterator.next() }
        #expect(error?.code == .timedOut)
        try daemon.finish()
    }
}

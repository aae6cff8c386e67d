import TaskstatsProtocol
import TestSupport
import Testing

@testable import Taskstats

/// Requests of tasks that share a client.
@Suite(.timeLimit(.minutes(1))) struct ClientRequestsTests {
    @Test func `a client connects, requests and reads like a connection`() async throws {
        let daemon = try FakeDaemon { peer in
            try peer.sendHello(access: .own, instance: "a1")
            let task = try peer.request()
            try peer.send(ServerLine.stats(task.id, of: .pid(812), SampleRecords.task(), fields: [.nvcsw]))
            let process = try peer.request()
            try peer.send(ServerLine.stats(process.id, of: .tgid(1), SampleRecords.process(), fields: .all))
            let cgroup = try peer.request()
            let counts = CgroupStats(sleeping: 1, running: 2, stopped: 3, uninterruptible: 4, ioWait: 5)
            try peer.send(ServerLine.stats(cgroup.id, ofCgroup: "/c", counts))
            let status = DaemonStatus(connection: .init(), delayAccounting: true, daemon: nil)
            let id = try peer.request().id
            try peer.send(ServerLine.result(id) { status.write(to: &$0) })
        }
        let client = try await TaskstatsClient.connect(path: daemon.path)
        #expect(client.server.access == .own)
        #expect(client.server.instance == "a1")
        #expect(try await client.stats(ofTask: 812, fields: [.nvcsw]).nvcsw == 201)
        #expect(try await client.stats(ofProcess: Int32(1)) == SampleRecords.process())
        #expect(try await client.stats(ofCgroup: "/c").uninterruptible == 4)
        #expect(try await client.status().delayAccounting == true)
        #expect(
            try daemon.finish().map(\.call) == [
                .get(.pid(812), fields: [.nvcsw]), .get(.tgid(1), fields: .all), .get(.cgroup("/c"), fields: .all),
                .status,
            ])
    }

    @Test func `many tasks ask at once and each gets its own answer`() async throws {
        let count = 300
        let daemon = try FakeDaemon { peer in
            try peer.sendHello()
            for _ in 0..<count { try peer.answerStats() }
        }
        let client = try await TaskstatsClient.connect(path: daemon.path)
        try await withThrowingTaskGroup { group in
            for pid in 1...count {
                group.addTask {
                    let record = try await client.stats(ofTask: pid)
                    #expect(record.acPid == UInt32(pid))
                }
            }
            try await group.waitForAll()
        }
        #expect(try daemon.finish().count == count)
    }

    @Test func `a request that is cancelled ends at once and leaves the client to others`() async throws {
        let sent = Signal()
        let daemon = try FakeDaemon { peer in
            try peer.sendHello()
            let cancelled = try peer.request()
            sent.send()
            let next = try peer.request()
            try peer.send(ServerLine.stats(cancelled.id, of: .pid(1), SampleRecords.task(pid: 1), fields: .all))
            try peer.send(ServerLine.stats(next.id, of: .pid(3), SampleRecords.task(pid: 3), fields: .all))
        }
        let client = try await TaskstatsClient.connect(path: daemon.path, timeout: nil)
        let first = Task { try await client.stats(ofTask: 1) }
        await sent.value()
        // This one waits for its turn and never gets it.
        let second = Task { try await client.stats(ofTask: 2) }
        second.cancel()
        await #expect(throws: CancellationError.self) { try await second.value }
        first.cancel()
        await #expect(throws: CancellationError.self) { try await first.value }
        #expect(try await client.stats(ofTask: 3).acPid == 3)
        #expect(try daemon.finish().map(\.call) == [.get(.pid(1), fields: .all), .get(.pid(3), fields: .all)])
    }

    @Test func `connecting ends immediately when it is cancelled, before or during the handshake`() async throws {
        let accepted = Signal()
        let daemon = try FakeDaemon { peer in
            accepted.send()
            try peer.waitForEnd()
        }
        let connecting = Task { try await TaskstatsClient.connect(path: daemon.path, timeout: nil) }
        await accepted.value()
        connecting.cancel()
        await #expect(throws: CancellationError.self) { try await connecting.value }
        try daemon.finish()

        let listener = try FullListener()
        let path = listener.path
        let waiting = Task { try await TaskstatsClient.connect(path: path, timeout: nil) }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
    }

    @Test func `a daemon that hangs is distinguished from one that is gone, by every caller`() async throws {
        let daemon = try FakeDaemon { peer in
            try peer.sendHello()
            try peer.waitForEnd()
        }
        let client = try await TaskstatsClient.connect(path: daemon.path, timeout: .milliseconds(200))
        await withTaskGroup { group in
            // One waits for the answer, the others for their turn.
            for pid in 1...3 {
                group.addTask {
                    let error = await #expect(throws: TaskstatsError.self) { try await client.stats(ofTask: pid) }
                    #expect(error?.code == .timedOut)
                }
            }
        }
        await client.close()

        let listener = try FullListener()
        let error = await #expect(throws: TaskstatsError.self) {
            try await TaskstatsClient.connect(path: listener.path, timeout: .milliseconds(50))
        }
        #expect(error?.code == .timedOut)
    }

    @Test func `errors have the codes of the blocking core`() async throws {
        let refused = await #expect(throws: TaskstatsError.self) {
            try await TaskstatsClient.connect(path: "/nonexistent/socket", reconnection: .always)
        }
        #expect(refused?.code == .notRunning)

        let daemon = try FakeDaemon { peer in
            try peer.sendHello()
            try peer.refuse(ProtocolError(.noSuchTask, "no task 1", errno: "ESRCH"))
            try peer.request()
        }
        let client = try await TaskstatsClient.connect(path: daemon.path)
        for code in [TaskstatsError.Code.noSuchTask, .disconnected, .disconnected] {
            let error = await #expect(throws: TaskstatsError.self) { try await client.stats(ofTask: 1) }
            #expect(error?.code == code)
        }
        let wrong = await #expect(throws: TaskstatsError.self) { try await client.stats(ofTask: 0) }
        #expect(wrong?.code == .invalidParameters)
    }

    @Test func `closing ends the connection, who waits for an answer, and all who ask later`() async throws {
        let sent = Signal()
        let daemon = try FakeDaemon { peer in
            try peer.sendHello()
            try peer.request()
            sent.send()
            try peer.waitForEnd()
        }
        let client = try await TaskstatsClient.connect(path: daemon.path, timeout: nil, reconnection: .always)
        let waiting = Task { try await client.status() }
        await sent.value()
        await client.close()
        try daemon.finish()
        let error = await #expect(throws: TaskstatsError.self) { try await waiting.value }
        #expect(error?.code == .closed)
        await client.close()
        let later = await #expect(throws: TaskstatsError.self) { try await client.status() }
        #expect(later?.code == .closed)
    }

    @Test func `releasing a client closes its connection`() async throws {
        let daemon = try FakeDaemon { peer in
            try peer.sendHello()
            try peer.waitForEnd()
        }
        do { _ = try await TaskstatsClient.connect(path: daemon.path) }
        try daemon.finish()
    }
}

extension FakePeer {
    /// Reads a request for statistics and answers with a record of that task or process.
    func answerStats() throws {
        let request = try request()
        guard case .get(let target, let fields) = request.call else {
            throw Failure(description: "\(request.call.method) came in place of get")
        }
        let record =
            if case .pid(let pid) = target { SampleRecords.task(pid: UInt64(pid)) } else { SampleRecords.process() }
        try send(ServerLine.stats(request.id, of: target, record, fields: fields))
    }
}

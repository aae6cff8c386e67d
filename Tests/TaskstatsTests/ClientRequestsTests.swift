import Glibc
import LinuxSystem
import TaskstatsProtocol
import TestSupport
import Testing

@testable import Taskstats

/// Requests of tasks that share a client.
@Suite(.timeLimit(.minutes(1))) struct ClientRequestsTests {
    @Test func `a client connects, requests and reads like a connection`() async throws {
        var record = SampleRecording.exit(1)
        record.process = SampleRecords.process()
        let daemon = try ServedDaemon(SampleRecording.file([record], header: SampleRecording.header(access: .own)))
        let client = try await TaskstatsClient.connect(path: daemon.path)
        #expect(client.server.access == .own)
        #expect(client.server.instance == "9f0c")
        let task = try await client.stats(ofTask: 1, fields: [.nvcsw])
        #expect(task.nvcsw == 201)
        #expect(task[.nivcsw] == nil)
        #expect(try await client.stats(ofProcess: Int32(1)) == SampleRecords.process())
        #expect(try await client.status().delayAccounting == true)
        let error = await #expect(throws: TaskstatsError.self) { try await client.stats(ofCgroup: "/sys/fs/cgroup") }
        #expect(error?.code == .unavailable)
    }

    @Test func `many tasks ask at once and each gets its own answer`() async throws {
        let daemon = try ServedDaemon(tasks: 300)
        let client = try await TaskstatsClient.connect(path: daemon.path)
        try await withThrowingTaskGroup { group in
            for pid in 1...300 {
                group.addTask {
                    let record = try await client.stats(ofTask: pid)
                    #expect(record.acPid == UInt32(pid))
                }
            }
            try await group.waitForAll()
        }
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
        // Cancelled before it begins, so nothing of it is sent.
        let second = Task {
            unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
            _ = try await client.stats(ofTask: 2)
        }
        await #expect(throws: CancellationError.self) { try await second.value }
        first.cancel()
        await #expect(throws: CancellationError.self) { try await first.value }
        #expect(try await client.stats(ofTask: 3).acPid == 3)
        #expect(try daemon.finish().map(\.call) == [.get(.pid(1), fields: .all), .get(.pid(3), fields: .all)])
    }

    @Test func `a reply that is late delays no other request`() async throws {
        let daemon = try FakeDaemon { peer in
            try peer.sendHello()
            let first = try peer.request()
            // The second reply is sent before the first, and the first only after a third request.
            try peer.answerStats()
            try peer.answerStats()
            try peer.send(ServerLine.stats(first.id, of: .pid(1), SampleRecords.task(pid: 1), fields: .all))
        }
        let client = try await TaskstatsClient.connect(path: daemon.path)
        async let late = client.stats(ofTask: 1)
        // The order of the first two requests does not matter: whichever comes first is the late one.
        async let other = client.stats(ofTask: 1)
        let pids = Set([try await client.stats(ofTask: 1).acPid, try await late.acPid, try await other.acPid])
        #expect(pids == [1])
        #expect(try daemon.finish().count == 3)
    }

    @Test func `a request that was sent in part and then cancelled leaves the client usable`() async throws {
        // The daemon reads nothing until a byte is in this pipe.
        let pipe = try Pipe()
        let (waiting, starting) = (pipe.reading.number, pipe.writing.number)
        let daemon = try FakeDaemon { peer in
            try peer.sendHello()
            var byte: UInt8 = 0
            _ = unsafe Glibc.read(waiting, &byte, 1)
            while true {
                let request = try peer.request()
                guard case .get(.pid(let pid), _, _) = request.call else { continue }
                try peer.send(
                    ServerLine.stats(request.id, of: .pid(pid), SampleRecords.task(pid: UInt64(pid)), fields: [.acPid]))
                if pid == 7 { return }
            }
        }
        let client = try await TaskstatsClient.connect(path: daemon.path, timeout: .seconds(20))
        // More than the socket holds, so that the last line is sent in part.
        let flood = Task { try await client.stats(ofTasks: 1_000_001...1_040_000) }
        while await !client.hasUnsentRequests { await Task.yield() }
        flood.cancel()
        await #expect(throws: CancellationError.self) { _ = try await flood.value }
        #expect(await client.hasUnsentRequests)
        var byte: UInt8 = 0
        #expect(unsafe Glibc.write(starting, &byte, 1) == 1)
        #expect(try await client.stats(ofTask: 7, fields: [.acPid]).acPid == 7)
        try daemon.finish()
    }

    @Test func `many tasks are queried with one call, and each has its own result`() async throws {
        let daemon = try ServedDaemon(SampleRecording.file([1, 3].map(SampleRecording.exit)))
        let client = try await TaskstatsClient.connect(path: daemon.path)
        let results = try await client.stats(ofTasks: 1...3)
        let pids = results.map { (result: Result<TaskRecord, TaskstatsError>) in (try? result.get())?.acPid }
        #expect(pids == [1, nil, 3])
        #expect(throws: TaskstatsError.self) { try results[1].get() }
        #expect(try await client.stats(ofProcesses: [Int32]()).isEmpty)
    }

    @Test func `withClient closes the client when its body ends, also by an error`() async throws {
        struct Failure: Error {}
        for fails in [false, true] {
            let daemon = try FakeDaemon { peer in
                try peer.sendHello(instance: "a1")
                try peer.waitForEnd()
            }
            do {
                let instance = try await TaskstatsClient.withClient(path: daemon.path) { client in
                    if fails { throw Failure() }
                    return client.server.instance
                }
                #expect(instance == "a1" && !fails)
            } catch is Failure {
                #expect(fails)
            }
            try daemon.finish()
        }
    }

    @Test func `code that uses a provider can be tested without a daemon`() async throws {
        #expect(try await waited(Substitute(), 1) == .milliseconds(5))
        await #expect(throws: TaskstatsError.self) { try await waited(Substitute(), 2) }
        let record = try await Substitute().stats(ofProcess: 1, fields: .all)
        #expect(record.elapsed == .milliseconds(2) && record.peakResidentBytes == 3_072 && record.command == "sh")
        #expect(record.blockIOWait == nil)
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

        let daemon = try ServedDaemon(tasks: 1)
        let client = try await TaskstatsClient.connect(path: daemon.path)
        let unknown = await #expect(throws: TaskstatsError.self) { try await client.stats(ofTask: 2) }
        #expect(unknown?.code == .noSuchTask)
        try daemon.kill()
        for _ in 0..<2 {
            let error = await #expect(throws: TaskstatsError.self) { try await client.stats(ofTask: 1) }
            #expect(error?.code == .disconnected)
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
        guard case .get(let target, let fields, _) = request.call else {
            throw Failure(description: "\(request.call.method) came in place of get")
        }
        let record =
            if case .pid(let pid) = target { SampleRecords.task(pid: UInt64(pid)) } else { SampleRecords.process() }
        try send(ServerLine.stats(request.id, of: target, record, fields: fields))
    }
}

/// A source of statistics without a daemon.
private struct Substitute: TaskstatsProvider {
    func stats(ofTask pid: some BinaryInteger & Sendable, fields: FieldSet) async throws -> TaskRecord {
        guard pid == 1 else { throw TaskstatsError(.noSuchTask, "no task \(pid)") }
        return TaskRecord(
            kind: .task, values: [.cpuDelayTotal: 5_000_000, .acEtime: 2_000, .hiwaterRss: 3], command: "sh")
    }
    func stats(ofProcess tgid: some BinaryInteger & Sendable, fields: FieldSet) async throws -> TaskRecord {
        try await stats(ofTask: tgid, fields: fields)
    }
    func stats(ofCgroup path: String) async throws -> CgroupStats {
        CgroupStats(sleeping: 1, running: 0, stopped: 0, uninterruptible: 0, ioWait: 0)
    }
    func status() async throws -> DaemonStatus {
        DaemonStatus(connection: .init(), delayAccounting: nil, daemon: nil)
    }
}

/// Code that uses a provider.
private func waited(_ provider: some TaskstatsProvider, _ pid: Int) async throws -> Duration? {
    try await provider.stats(ofTask: pid, fields: .all).cpuWait
}

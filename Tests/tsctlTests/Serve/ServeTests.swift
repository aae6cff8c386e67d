import Glibc
import LinuxSystem
import Taskstats
import TaskstatsProtocol
import TestSupport
import Testing

@testable import tsctl

/// The built `tsctl serve`, and the project's own client.
@Suite(.timeLimit(.minutes(1))) struct ServeTests {
    private func exits(_ connection: TaskstatsConnection, _ count: Int) throws -> [UInt32] {
        var pids: [UInt32] = []
        while pids.count < count {
            if case .exit(let record) = try connection.next() { pids.append(record.pid) }
        }
        return pids
    }

    @Test func `several clients have the recording to themselves`() throws {
        let daemon = try ServedDaemon(tasks: 3)
        let (first, second) = (
            try TaskstatsConnection.connect(path: daemon.path), try TaskstatsConnection.connect(path: daemon.path)
        )
        #expect(first.server.instance == "9f0c")
        try first.subscribe(Subscription(cpus: CPUSet(0...0)))
        try second.subscribe()
        #expect(try exits(first, 2) == [1, 3])
        #expect(try exits(second, 3) == [1, 2, 3])
        #expect(try first.stats(ofTask: 2).command == "make")
        let status = try #require(try second.status().daemon)
        #expect(status.clients == 2)
        #expect(status.cpus.map(\.subscribers) == [3, 2, 2, 2])
        #expect(status.queueHighWater > 0)
        try daemon.stop()
        #expect(throws: TaskstatsError.self) { while true { _ = try first.next() } }
        #expect(unsafe access(daemon.path, F_OK) != 0)
    }

    @Test func `a client that does not read delays no other`() throws {
        let daemon = try ServedDaemon(tasks: 2_000)
        let silent = try TaskstatsConnection.connect(path: daemon.path)
        try silent.subscribe()
        let reader = try TaskstatsConnection.connect(path: daemon.path)
        try reader.subscribe()
        #expect(try exits(reader, 2_000).last == 2_000)
        #expect(try exits(silent, 2_000).last == 2_000)
        try daemon.stop()
    }

    @Test func `the features are those of a daemon that knows what was recorded`() throws {
        let daemon = try ServedDaemon(tasks: 1)
        let features = try TaskstatsConnection.connect(path: daemon.path).server.features
        #expect(features == ServerInfo.currentFeatures + ["history"])
        let withStarts = try ServedDaemon(SampleRecording.file([], header: SampleRecording.header(starts: true)))
        let more = try TaskstatsConnection.connect(path: withStarts.path).server.features
        #expect(more == features + ["origin", "starts"])
    }

    @Test func `the starts of a recording are read from its file`() throws {
        let start = SampleOrigin.start()
        let header = SampleRecording.header(starts: true)
        let daemon = try ServedDaemon(SampleRecording.file([], header: header) + ServerLine.start(start).array)
        let connection = try TaskstatsConnection.connect(path: daemon.path)
        try connection.subscribe(Subscription(starts: true))
        let event = try connection.next()
        guard case .start(let received) = event else { throw UnexpectedValue(event) }
        #expect(received.pid == start.pid)
        #expect(received.origin.cgroup == start.origin.cgroup)
    }

    @Test func `connections beyond the limit are refused`() throws {
        let daemon = try ServedDaemon(tasks: 1)
        let connections = try (1...32).map { _ in try TaskstatsConnection.connect(path: daemon.path) }
        let error = #expect(throws: TaskstatsError.self) { try TaskstatsConnection.connect(path: daemon.path) }
        #expect(error?.code == .closedByDaemon)
        #expect(try connections[0].status().daemon?.clients == 32)
    }

    @Test func `the socket of a dead server is replaced, other files are left alone`() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write(SampleRecording.file([]), to: "recording")
        let daemon = try ServedDaemon(tasks: 1)
        try daemon.kill()
        try daemon.start()
        let onServer = try ChildProcess(ChildProcess.product("tsctl"), ["serve", path, "--socket", daemon.path])
            .finish()
        #expect(onServer.status == 1)
        #expect(onServer.errors.contains("another process is listening on \(daemon.path)"))
        let onFile = try ChildProcess(ChildProcess.product("tsctl"), ["serve", path, "--socket", path]).finish()
        #expect(onFile.errors.contains("exists and is not a socket"))
        try daemon.stop()
    }

    @Test func `a file that is no recording is refused`() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write(Array("text\n".utf8), to: "text")
        let socket = directory.file("socket")
        let result = try ChildProcess(ChildProcess.product("tsctl"), ["serve", path, "--socket", socket]).finish()
        #expect(result.status == 1)
        #expect(result.errors.contains("is not a recording of tsctl"))
        #expect(unsafe access(socket, F_OK) != 0)
    }
}

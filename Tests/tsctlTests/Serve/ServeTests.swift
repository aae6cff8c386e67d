import Glibc
import LinuxSystem
import Taskstats
import TaskstatsProtocol
import TestSupport
import Testing

@testable import tsctl

/// The built `tsctl serve`, and the project's own client.
@Suite(.timeLimit(.minutes(1))) struct ServeTests {
    private let directory: TemporaryDirectory
    private let socket: String

    init() throws {
        directory = try TemporaryDirectory()
        socket = directory.file("socket")
    }

    private func recording(_ count: UInt32) throws -> String {
        let path = directory.file("recording")
        let bytes = SampleRecording.file(count)
        let file = try unsafe Descriptor(open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600), of: "open")
        #expect(unsafe write(file.number, bytes, bytes.count) == bytes.count)
        return path
    }

    /// Starts to serve a recording of this number of tasks.
    private func serve(_ count: UInt32, _ options: String...) throws -> ChildProcess {
        let process = try ChildProcess(
            ChildProcess.product("tsctl"), ["serve", try recording(count), "--socket", socket] + options,
            environment: ["PATH": "/usr/bin:/bin"])
        try wait(for: "the socket") { unsafe access(socket, F_OK) == 0 }
        return process
    }

    private func exits(_ connection: TaskstatsConnection, _ count: Int) throws -> [UInt32] {
        var pids: [UInt32] = []
        while pids.count < count {
            if case .exit(let record) = try connection.next() { pids.append(record.pid) }
        }
        return pids
    }

    @Test func `several clients have the recording to themselves`() throws {
        let server = try serve(3)
        let (first, second) = (
            try TaskstatsConnection.connect(path: socket), try TaskstatsConnection.connect(path: socket)
        )
        #expect(first.server.instance == "9f0c")
        try first.subscribe(Subscription(cpus: CPUSet(0...0)))
        try second.subscribe()
        #expect(try exits(first, 2) == [1, 3])
        #expect(try exits(second, 3) == [1, 2, 3])
        #expect(try first.stats(ofTask: 2).command == "make")
        #expect(try second.status().daemon?.clients == 2)
        server.send(signal: SIGINT)
        #expect(throws: TaskstatsError.self) { while true { _ = try first.next() } }
        #expect(try server.finish().status == 0)
        #expect(unsafe access(socket, F_OK) != 0)
    }

    @Test func `a client that does not read delays no other`() throws {
        let server = try serve(2_000)
        let silent = try TaskstatsConnection.connect(path: socket)
        try silent.subscribe()
        let reader = try TaskstatsConnection.connect(path: socket)
        try reader.subscribe()
        #expect(try exits(reader, 2_000).last == 2_000)
        #expect(try exits(silent, 2_000).last == 2_000)
        server.send(signal: SIGTERM)
        #expect(try server.finish().status == 0)
    }

    @Test func `the library resumes without a gap when the connection breaks in a line`() async throws {
        let server = try serve(25, "--vanish-after", "10")
        let exits = TaskstatsClient.Exits(
            path: socket, subscription: Subscription(),
            reconnection: Reconnection(attempts: nil, firstDelay: .milliseconds(1)))
        var events: [UInt64] = []
        var connections = 0
        loop: for try await event in exits {
            switch event {
            case .connected: connections += 1
            case .exit(let record): events.append(try #require(record.index))
            case .lost(let loss): Issue.record("\(loss)")
            case .live: break loop
            case .start, .disconnected: break
            }
        }
        #expect(events == Array(1...25))
        #expect(connections == 3)
        server.send(signal: SIGTERM)
        #expect(try server.finish().status == 0)
    }

    @Test func `the features are those of a daemon that knows what was recorded`() throws {
        let server = try serve(1)
        let features = try TaskstatsConnection.connect(path: socket).server.features
        #expect(features == ServerInfo.currentFeatures + ["history"])
        server.send(signal: SIGTERM)
        #expect(try server.finish().status == 0)
    }

    @Test func `connections beyond the limit are refused`() throws {
        let server = try serve(1)
        let connections = try (1...32).map { _ in try TaskstatsConnection.connect(path: socket) }
        let error = #expect(throws: TaskstatsError.self) { try TaskstatsConnection.connect(path: socket) }
        #expect(error?.code == .closedByDaemon)
        #expect(try connections[0].status().daemon?.clients == 32)
        server.send(signal: SIGTERM)
        #expect(try server.finish().status == 0)
    }

    @Test func `the file of a dead server is replaced, others are left alone`() throws {
        do { _ = try UnixSocket.bind(to: socket) }
        let server = try serve(1)
        try wait(for: "the server") { (try? TaskstatsConnection.connect(path: socket)) != nil }
        let second = try ChildProcess(
            ChildProcess.product("tsctl"), ["serve", directory.file("recording"), "--socket", socket]
        ).finish()
        #expect(second.status == 1)
        #expect(second.errors.contains("another process is listening on \(socket)"))
        let onFile = try ChildProcess(
            ChildProcess.product("tsctl"),
            ["serve", directory.file("recording"), "--socket", directory.file("recording")]
        ).finish()
        #expect(onFile.errors.contains("exists and is not a socket"))
        server.send(signal: SIGTERM)
        #expect(try server.finish().status == 0)
    }

    @Test func `a file that is no recording is refused`() throws {
        let path = directory.file("text")
        let file = try unsafe Descriptor(open(path, O_WRONLY | O_CREAT, 0o600), of: "open")
        #expect(unsafe write(file.number, "text\n", 5) == 5)
        let result = try ChildProcess(
            ChildProcess.product("tsctl"), ["serve", path, "--socket", socket]
        ).finish()
        #expect(result.status == 1)
        #expect(result.errors.contains("is not a recording of tsctl"))
        #expect(unsafe access(socket, F_OK) != 0)
    }
}

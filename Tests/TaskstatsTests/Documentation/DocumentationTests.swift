import LinuxSystem
import Taskstats
import TaskstatsProtocol
import TestSupport
import Testing

/// What the pages about the library print compiles and runs, as it is printed.
@Suite(.timeLimit(.minutes(1))) struct DocumentationTests {
    private static let compiled = ["", "+Elsewhere"].map {
        "Tests/TaskstatsTests/Documentation/GettingStarted\($0).swift"
    }

    @Test(arguments: [
        ("README.md", 1), ("Sources/Taskstats/Taskstats.docc/GettingStarted.md", 10),
        ("Sources/Taskstats/Async/TaskstatsClient.swift", 1),
        ("Sources/Taskstats/Blocking/TaskstatsConnection.swift", 1),
        ("Sources/Taskstats/Values/TaskstatsError.swift", 1),
    ])
    func `every block of a page stands in the code that these tests compile`(page: String, least: Int) throws {
        let compiled = try Self.compiled.map(Self.text).joined()
        let blocks = Self.blocks(of: try Self.text(page))
        #expect(blocks.count >= least)
        for block in blocks {
            #expect(
                stride(from: 0, through: 16, by: 4).contains { indentation in
                    let margin = String(repeating: " ", count: indentation)
                    return compiled.contains(
                        "\n" + block.map { $0.isEmpty ? "\n" : margin + $0 + "\n" }.joined())
                }, "\(page): \(block.joined(separator: "\n"))")
        }
    }

    @Test func `the code about a client requests and prints as documented`() async throws {
        let gone = ProtocolError(.noSuchTask, "there is no task 123", errno: "ESRCH")
        let daemon = try FakeDaemon { peer in
            try peer.sendHello()
            for _ in 0..<2 { try peer.answerStats() }
            try peer.refuse(gone)
        }
        let client = try await TaskstatsClient.connect(path: daemon.path)
        try await GettingStarted.ask(client)
        try await GettingStarted.askForOneThread(client)
        try await GettingStarted.fail(client)
        GettingStarted.reportAccess(client)
        _ = GettingStarted.choose(client)
        GettingStarted.note(all: [LostRecords(.kernel(cpu: 1), count: 144), LostRecords(.queue, count: 37)])
        let calls = try daemon.finish().map(\.call)
        #expect(
            calls == [
                .get(.tgid(123), fields: .all), .get(.pid(123), fields: [.acComm, .nvcsw, .cpuDelayTotal]),
                .get(.tgid(123), fields: .all),
            ])
    }

    @Test func `the code that connects and follows does`() async throws {
        try await run([{ try $0.sendHello() }]) { try await GettingStarted.connect() }
        try await run([{ peer in try peer.sendHello() }, Self.stream]) {
            let client = try await GettingStarted.TaskstatsClient.connect()
            try await GettingStarted.follow(client)
        }
        let sent: FakeDaemon.Script = { peer in
            try peer.sendHello()
            try peer.answerStats()
            try peer.waitForEnd()
        }
        try await run([sent, Self.stream]) { try await GettingStarted.commentOfClient() }
    }

    @Test func `the code without an event loop does`() async throws {
        let script: FakeDaemon.Script = { peer in
            try peer.sendHello()
            try peer.answerStats()
            try peer.grantSubscription()
            try peer.exit(SampleRecords.exit(pid: 1))
            try peer.send(ServerLine.lost(LostRecords(.queue, count: 37)))
            try peer.send(ServerLine.closing(reason: "over"))
        }
        try await run([script], ending: nil) { try GettingStarted.block() }
        try await run([script], ending: nil) { try GettingStarted.commentOfConnection() }
        try await run([script]) { try GettingStarted.readmeBlocking() }
    }

    @Test func `the code that comes back does, until it is cancelled`() async throws {
        for code in [GettingStarted.comeBack, GettingStarted.readme] as [@Sendable () async throws -> Void] {
            let back = Signal()
            let sent: FakeDaemon.Script = { peer in
                try peer.sendHello()
                // One asks for a process first, the other for nothing.
                try? peer.answerStats()
            }
            let daemon = try FakeDaemon(serving: [
                sent, Self.stream,
                { peer in
                    try peer.sendHello(instance: "another")
                    try peer.grantSubscription()
                    back.send()
                    try peer.waitForEnd()
                },
            ])
            let path = daemon.path
            let task = Task { try await GettingStarted.$path.withValue(path) { try await code() } }
            await back.value()
            task.cancel()
            try await task.value
        }
    }

    /// A subscription in which a little happens before the daemon ends.
    private static let stream: FakeDaemon.Script = { peer in
        try peer.sendHello(instance: "first")
        try peer.grantSubscription()
        try peer.exit(SampleRecords.exit(pid: 1))
        try peer.send(ServerLine.lost(LostRecords(.kernel(cpu: 1), count: 144)))
        try peer.send(ServerLine.closing(reason: "over"))
    }

    /// Runs printed code against a daemon, until the daemon's goodbye is thrown or it ends by itself.
    private func run(
        _ scripts: [FakeDaemon.Script], ending: TaskstatsError.Code? = .closedByDaemon,
        _ code: () async throws -> Void
    ) async throws {
        let daemon = try FakeDaemon(serving: scripts)
        do {
            try await GettingStarted.$path.withValue(daemon.path) { try await code() }
        } catch let error as TaskstatsError {
            #expect(error.code == ending)
        }
        try daemon.finish()
    }

    // MARK: Pages

    /// The blocks of Swift of a page, or of the comments of a source, without imports.
    private static func blocks(of text: String) -> [[String]] {
        var blocks: [[String]] = []
        var block: [String]?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            var line = line.hasPrefix("///") ? line.dropFirst(3) : line
            if line.hasPrefix(" "), block == nil || !text.hasPrefix("#") { line = line.dropFirst() }
            if line == "```swift" {
                block = []
            } else if line == "```", let ended = block {
                blocks.append(ended)
                block = nil
            } else if !line.hasPrefix("import "), !(block?.isEmpty ?? true && line.isEmpty) {
                block?.append(String(line))
            }
        }
        return blocks
    }

    private static func text(_ name: String) throws -> String {
        let root = #filePath.split(separator: "/").dropLast(4).reduce("") { "\($0)/\($1)" }
        return try #require(try Descriptor.open("\(root)/\(name)").readText(limit: 1 << 20))
    }
}

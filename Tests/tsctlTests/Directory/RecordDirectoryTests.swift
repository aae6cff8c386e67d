import Glibc
import LinuxSystem
import Taskstats
import TaskstatsProtocol
import TestSupport
import Testing

@testable import tsctl

/// The built `tsctl record --directory` against a daemon that follows a script.
@Suite(.timeLimit(.minutes(1))) struct RecordDirectoryTests {
    private let history: SampleHistory

    init() throws { history = try SampleHistory() }

    private func record(_ socket: String, _ arguments: [String] = []) throws -> ChildProcess {
        try ChildProcess(
            ChildProcess.product("tsctl"), ["record", "--directory", history.directory.path] + arguments,
            environment: ["TASKSTATS_SOCKET": socket])
    }

    /// Sends exits with these ids, and waits for the end of the connection.
    private static func sending(_ pids: ClosedRange<UInt32>, instance: String = "9f0c") -> FakeDaemon.Script {
        { peer in
            try peer.sendHello(instance: instance)
            try peer.grantSubscription()
            for pid in pids { try peer.exit(SampleRecords.exit(pid: pid)) }
            try? peer.waitForEnd()
        }
    }

    private func waitUntilShown(_ pids: [UInt64]) throws {
        try wait(for: "\(pids.count) records") { try history.shown() == pids }
    }

    @Test func `what was recorded is readable within a second, and stays when the recorder is killed`() throws {
        let daemon = try ServedDaemon(tasks: 50)
        let recorder = try record(daemon.path)
        try waitUntilShown(Array(1...50))
        recorder.send(signal: SIGKILL)
        _ = try recorder.finish()
        #expect(try history.shown() == Array(1...50))
        #expect(try history.names.count == 1)
    }

    @Test func `the first recording begins with what the daemon keeps, without a loss before it`() throws {
        let daemon = try ServedDaemon(tasks: 5)
        let recorder = try record(daemon.path)
        try waitUntilShown(Array(1...5))
        recorder.send(signal: SIGTERM)
        _ = try recorder.finish()
        let shown = try history.tsctl(["history", "--directory", history.directory.path, "--json"])
        #expect(shown.output.split(separator: "\n").count == 5)
        #expect(shown.errors.contains("5 records shown, none lost\n"))
    }

    @Test func `the next recorder begins a file, which states the gap if the daemon keeps nothing`() throws {
        let daemon = try FakeDaemon(serving: [Self.sending(1...3), Self.sending(4...6, instance: "second")])
        let first = try record(daemon.path)
        try waitUntilShown([1, 2, 3])
        first.send(signal: SIGTERM)
        let end = try first.finish()
        #expect(end.status == 0, "\(end.errors)")
        #expect(end.errors.contains("3 records kept in \(history.directory.path), none lost"))
        let second = try record(daemon.path)
        try waitUntilShown(Array(1...6))
        second.send(signal: SIGINT)
        _ = try second.finish()
        #expect(try history.names.count == 2)
        let shown = try history.tsctl(["history", "--directory", history.directory.path, "--json"])
        let lines = shown.output.split(separator: "\n")
        try #require(lines.count == 7)
        #expect(lines[3].hasPrefix(#"{"gap":{"from":1795400000123456789,"to":"#))
        #expect(lines[3].hasSuffix(#""reason":"no recorder was connected"}}"#))
    }

    @Test func `it reconnects when the daemon goes away`() throws {
        let daemon = try FakeDaemon(serving: [
            { peer in
                try peer.sendHello()
                try peer.grantSubscription()
                try peer.exit(SampleRecords.exit(pid: 1))
                try peer.send(ServerLine.closing(reason: "taskstatsd is stopping"))
            },
            Self.sending(2...2, instance: "second"),
        ])
        let recorder = try record(daemon.path)
        try waitUntilShown([1, 2])
        recorder.send(signal: SIGTERM)
        let end = try recorder.finish()
        #expect(end.errors.contains("taskstatsd closed the connection: taskstatsd is stopping; reconnecting\n"))
        #expect(end.errors.contains("2 records kept"))
    }

    @Test func `a second recorder is refused`() throws {
        let daemon = try ServedDaemon(tasks: 1)
        let recorder = try record(daemon.path)
        try waitUntilShown([1])
        let second = try record(daemon.path).finish()
        #expect(second.status == 1)
        #expect(
            second.errors == "tsctl: cannot record into \(history.directory.path): another tsctl record writes there "
                + "(one at a time can)\n")
        recorder.send(signal: SIGTERM)
        _ = try recorder.finish()
    }

    @Test(.enabled(if: geteuid() == 0))
    func `on a full disk what was recorded stays, and recording continues when there is room`() throws {
        let mounted = history.directory.path
        let mount = try ChildProcess("/usr/bin/mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", mounted]).finish()
        try #require(mount.status == 0, "\(mount.errors)")
        defer { _ = try? ChildProcess("/usr/bin/umount", ["--lazy", mounted]).finish() }
        let isFull = try Pipe()
        let hasFailed = try Pipe()
        let (waiting, failing) = (isFull.reading.number, hasFailed.writing.number)
        let daemon = try FakeDaemon(serving: [
            { peer in
                try peer.sendHello()
                try peer.grantSubscription()
                for pid in 1...3 as ClosedRange<UInt32> { try peer.exit(SampleRecords.exit(pid: pid)) }
                Self.take(from: waiting)
                for pid in 4...2_000 as ClosedRange<UInt32> { try? peer.exit(SampleRecords.exit(pid: pid)) }
                try? peer.waitForEnd()
                Self.signal(failing)
            },
            Self.sending(4...2_000),
        ])
        let recorder = try record(daemon.path)
        try waitUntilShown([1, 2, 3])
        let filler = "\(mounted)/filler"
        fill(filler)
        Self.signal(isFull.writing.number)
        Self.take(from: hasFailed.reading.number)
        #expect(try history.shown() == [1, 2, 3])
        #expect(unsafe unlink(filler) == 0)
        try waitUntilShown(Array(1...2_000))
        recorder.send(signal: SIGTERM)
        let end = try recorder.finish()
        #expect(end.status == 0)
        #expect(
            end.errors.hasPrefix(
                "tsctl: cannot write in \(mounted): No space left on device; recording continues when it is possible\n")
        )
        _ = (isFull.reading.number, hasFailed.writing.number)
    }

    private static func signal(_ descriptor: Int32) { _ = unsafe write(descriptor, "x", 1) }

    private static func take(from descriptor: Int32) {
        var byte: UInt8 = 0
        _ = unsafe read(descriptor, &byte, 1)
    }

    /// Writes a file until the disk is full.
    private func fill(_ path: String) {
        let file = unsafe open(path, O_WRONLY | O_CREAT, 0o600)
        defer { close(file) }
        let page = [UInt8](repeating: 7, count: 4_096)
        while unsafe write(file, page, page.count) > 0 {}
    }

    @Test(arguments: [
        (["record"], "Give either a file or --directory."),
        (["record", "a.zst", "--directory", "/tmp"], "Give either a file or --directory."),
        (["record", "--directory", "/tmp", "--count", "1"], "cannot be combined with --directory"),
        (["record", "a.zst", "--max-size", "2G"], "require --directory"),
        (["record", "--directory", "/tmp", "--max-size", "1K"], "must be a size of at least 1M"),
        (["record", "--directory", "/tmp", "--max-size", "-1"], ""),
        (["record", "--directory", "/tmp", "--max-age", "0"], "must be from"),
    ])
    func `wrong options are wrong usage`(arguments: [String], reason: String) throws {
        let run = try history.tsctl(arguments)
        #expect(run.status == 64)
        #expect(run.errors.contains(reason), "\(run.errors)")
    }

    @Test func `a directory that cannot be written is an error at the start`() throws {
        let run = try history.tsctl(["record", "--directory", "/proc/self"])
        #expect(run.status == 1)
        #expect(run.errors.hasPrefix("tsctl: cannot record into /proc/self: "))
    }
}

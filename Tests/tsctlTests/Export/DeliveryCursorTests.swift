import Glibc
import LinuxSystem
import TestSupport
import Testing

/// The built `tsctl watch --cursor` with readers that go away.
@Suite(.timeLimit(.minutes(1))) struct DeliveryCursorTests {
    private let directory: TemporaryDirectory
    private let daemon: ServedDaemon

    init() throws {
        directory = try TemporaryDirectory()
        daemon = try ServedDaemon(tasks: 400)
    }

    private var cursor: String { directory.file("cursor") }

    private func text(_ path: String) throws -> String { try Descriptor.open(path).readText(limit: 1 << 22) ?? "" }

    /// Runs a pipeline of tsctl, which begins with the past where there is no cursor.
    private func run(_ reader: String) throws -> ChildProcess.Result {
        let tsctl = try ChildProcess.product("tsctl")
        let watch = "'\(tsctl)' watch --format ndjson --cursor \(cursor) --since @0 --for 2s"
        return try ChildProcess(
            "/bin/sh", ["-c", "\(watch) \(reader)"],
            environment: ["TASKSTATS_SOCKET": daemon.path, "PATH": "/usr/bin:/bin"]
        ).finish()
    }

    /// The indices of the exits in whole lines.
    private func indices(_ lines: String) -> [UInt64] {
        let opening = #"{"event_id":"9f0c-"#
        return lines.split(separator: "\n").filter { $0.hasPrefix(opening) && $0.hasSuffix("}") }.compactMap {
            UInt64($0.dropFirst(opening.count).prefix { $0 != "\"" })
        }
    }

    @Test func `the cursor is behind the last line that the reader of a pipe has taken completely`() throws {
        let path = directory.file("taken")
        // It reads exactly so many bytes, while tsctl has written more.
        _ = try run("| dd of=\(path) bs=1 count=50000 status=none")
        let taken = indices(try text(path))
        let last = try #require(taken.last)
        #expect(taken == Array(1...last) && last < 400)
        #expect(try text(cursor) == "9f0c-\(last)\n")

        let rest = indices(try run("").output)
        #expect(rest == Array((last + 1)...400))
        #expect(try text(cursor) == "9f0c-400\n")
        #expect(indices(try run("").output) == [], "nothing is sent again")
    }

    @Test func `what goes to a file is taken when it is written`() throws {
        let path = directory.file("exits")
        _ = try run(">>\(path)")
        #expect(indices(try text(path)) == Array(1...400))
        #expect(try text(cursor) == "9f0c-400\n")
    }

    @Test func `a line that a killed tsctl left incomplete in a file is ended first`() throws {
        let path = try directory.write(Array(#"{"event_id":"9f0c-1","ho"#.utf8), to: "exits")
        _ = try run(">>\(path)")
        let lines = try text(path).split(separator: "\n")
        #expect(lines.first == #"{"event_id":"9f0c-1","ho"#)
        #expect(indices(lines.dropFirst().joined(separator: "\n")) == Array(1...400))
    }

    @Test func `a stream that selects nothing has a cursor too, from where the next one continues`() throws {
        let watch = ["watch", "--json", "--comm", "nothing", "--for", "1s", "--cursor", cursor]
        let run = try ChildProcess(
            ChildProcess.product("tsctl"), watch, environment: ["TASKSTATS_SOCKET": daemon.path]
        ).finish()
        #expect(run.status == 0 && run.output.isEmpty)
        #expect(try text(cursor) == "9f0c-0\n")
        #expect(indices(try self.run("").output) == Array(1...400))
    }

    @Test func `a stream that is resumed into a pipe first ends a line that may be incomplete`() throws {
        let first = try run("").output
        #expect(first.hasPrefix("{"))
        let second = try run("").output
        #expect(second == "\n")
    }

    @Test func `a cursor that is a FIFO is refused at once`() throws {
        #expect(unsafe mkfifo(cursor, 0o600) == 0)
        let watch = try ChildProcess(
            ChildProcess.product("tsctl"), ["watch", "--json", "--cursor", cursor],
            environment: ["TASKSTATS_SOCKET": daemon.path]
        ).finish()
        #expect(watch.status == 1)
        #expect(watch.errors == "tsctl: cannot write \(cursor): it is not a regular file\n")
    }

    @Test func `a cursor that can no longer be written ends the stream with an error`() throws {
        let place = try TemporaryDirectory()
        let path = place.file("cursor")
        let watch = try ChildProcess(
            ChildProcess.product("tsctl"), ["watch", "--json", "--cursor", path],
            environment: ["TASKSTATS_SOCKET": daemon.path])
        try wait(for: "the cursor") { unsafe access(path, F_OK) == 0 }
        #expect(unsafe unlink(path) == 0 && rmdir(place.path) == 0)
        let end = try watch.finish()
        #expect(end.status == 1)
        #expect(end.errors.contains("tsctl: cannot write \(path): "))
    }

    @Test func `a cursor that cannot be written is an error, and the stream ends`() throws {
        let watch = try ChildProcess(
            ChildProcess.product("tsctl"), ["watch", "--json", "--cursor", "/nonexistent/cursor", "--since", "@0"],
            environment: ["TASKSTATS_SOCKET": daemon.path]
        ).finish()
        #expect(watch.status == 1)
        #expect(watch.errors.contains("tsctl: cannot write /nonexistent/cursor: No such file or directory\n"))
    }
}

import Glibc
import LinuxSystem
import Taskstats
import TestSupport
import Testing

@testable import tsctl

/// The built `tsctl history` and `tsctl last` on recordings.
@Suite(.timeLimit(.minutes(1))) struct HistoryCommandTests {
    private let history: SampleHistory

    /// 120 records, one a second, 30 in a file.
    init() throws {
        history = try SampleHistory()
        var writer = try history.writer(rotation: 30 * SampleHistory.second)
        try history.write(1...120, with: &writer)
        try writer.finish()
    }

    private func run(_ arguments: [String]) throws -> ChildProcess.Result {
        try history.tsctl(["history", "--directory", history.directory.path] + arguments)
    }

    @Test func `a window shows what ended in it, with both ends`() throws {
        #expect(try history.shown(["--since", "@1795400029", "--until", "@1795400062"]) == Array(29...62))
        #expect(try history.shown(["--until", "2026-11-23T02:13:22Z"]) == [1, 2])
        #expect(try history.shown(["--since", "2026-11-23 02:15:19"]) == [119, 120])
        #expect(try history.shown(["--since", "2026-11-23 02:15:19", "--until", "02:15:19.5"]) == [119])
    }

    @Test func `only the files of the window are opened, and one for the name of the host`() throws {
        let names = try history.names
        #expect(names.count == 4)
        let trace = try ChildProcess(
            "/usr/bin/strace",
            [
                "-f", "-e", "trace=openat", ChildProcess.product("tsctl"), "history", "--directory",
                history.directory.path, "--since", "@1795400040", "--until", "@1795400050",
            ], environment: ["TZ": "UTC"]
        ).finish()
        for (name, isOpened) in zip(names, [false, true, false, true]) {
            #expect(trace.errors.contains(name.text) == isOpened, "\(name.text)")
        }
    }

    @Test func `the options of watch and play apply`() throws {
        #expect(try history.shown(["--longer-than", "118us"]) == [118, 119, 120])
        let summary = try run(["--summary", "--by", "command", "--json", "--until", "@1795400010"])
        #expect(summary.status == 0)
        #expect(summary.output.contains(#""name":"task""#) || summary.output.contains(#""command":"task""#))
        let table = try run(["--since", "@1795400120", "--csv", "--fields", "ac_comm"])
        #expect(table.output.split(whereSeparator: \.isNewline).count == 2)
        #expect(table.errors == "tsctl: 1 record shown, none lost\n")
    }

    @Test(arguments: [
        (["--since", "2199-01-01"], "is in the future"),
        (["--since", "nonsense"], "must be a point in time"),
        (["--since", "--5"], "must be a point in time"),
        (["--since", "-1x"], "must be a point in time"),
        (["--until", "2026-02-30"], "there is no such date"),
        (["--since", "10min", "--until", "20min"], "is before --since 10min"),
        (["--follow", "--until", "10min"], "--follow cannot be combined with --until"),
        (["--cpus", "N"], "must be a list of CPUs"),
    ])
    func `a wrong window is wrong usage, with the reason`(arguments: [String], reason: String) throws {
        let run = try run(arguments)
        #expect(run.status == 64)
        #expect(run.output == "")
        #expect(run.errors.contains(reason), "\(run.errors)")
    }

    @Test func `foreign files are counted and left alone`() throws {
        let foreign = history.temporary.file("notes.txt")
        #expect(try history.tsctl(["fields"]).status == 0)
        let file = try Descriptor(unsafe open(foreign, O_WRONLY | O_CREAT, 0o600), of: "open")
        _ = file
        let result = try run(["--since", "@1795400120"])
        #expect(result.status == 0)
        #expect(result.errors.contains("tsctl: 1 other file in \(history.directory.path) is ignored\n"))
    }

    @Test(arguments: [0, 10, 60, 200])
    func `a file that a killed recorder left within its header is named, and is no error`(_ length: Int) throws {
        let first = history.directory.path(of: try #require(try history.names.first))
        #expect(unsafe truncate(first, length) == 0)
        let result = try run(["--json"])
        #expect(result.status == 0)
        #expect(result.errors.contains("tsctl: \(first) is truncated before its first record\n"), "\(result.errors)")
        #expect(SampleHistory.pids(result.output) == Array(31...120))
    }

    @Test func `a file that is not a recording is an error beside the others`() throws {
        let first = history.directory.path(of: try #require(try history.names.first))
        let file = try Descriptor(unsafe open(first, O_WRONLY | O_TRUNC), of: "open")
        _ = unsafe write(file.number, "not a recording\n", 16)
        let result = try run(["--json"])
        #expect(result.status == 1)
        #expect(result.errors.contains("tsctl: \(first): no header of a recording\n"), "\(result.errors)")
        #expect(SampleHistory.pids(result.output) == Array(31...120))
    }

    @Test(.enabled(if: geteuid() == 0)) func `an unreadable file is an error beside the others`() throws {
        let first = history.directory.path(of: try #require(try history.names.first))
        for name in try history.names { #expect(unsafe chmod(history.directory.path(of: name), 0o644) == 0) }
        #expect(unsafe chmod(first, 0) == 0 && chmod(history.directory.path, 0o755) == 0)
        let result = try ChildProcess(
            "/usr/bin/setpriv",
            [
                "--reuid", "65534", "--regid", "65534", "--clear-groups", ChildProcess.product("tsctl"), "history",
                "--directory", history.directory.path, "--json",
            ]
        ).finish()
        #expect(result.status == 1)
        #expect(result.errors.contains("tsctl: cannot read \(first): Permission denied\n"), "\(result.errors)")
        #expect(SampleHistory.pids(result.output) == Array(31...120))
    }

    @Test func `files of another host than that of the newest are skipped`() throws {
        var writer = try history.writer(host: "elsewhere")
        try history.write(121...122, with: &writer)
        try writer.finish()
        let result = try run(["--json"])
        #expect(SampleHistory.pids(result.output) == [121, 122])
        #expect(result.errors.contains(" was recorded on vm, not on elsewhere, and is skipped\n"))
    }

    @Test func `a missing directory is an error, an empty one shows nothing`() throws {
        let missing = try history.tsctl(["history", "--directory", "/nonexistent"])
        #expect(missing.status == 1)
        #expect(missing.errors == "tsctl: cannot read /nonexistent: No such file or directory\n")
        let empty = try TemporaryDirectory()
        let nothing = try history.tsctl(["history", "--directory", empty.path, "--json"])
        #expect(nothing.status == 0 && nothing.output == "")
    }

    @Test func `last shows the newest that are selected`() throws {
        func last(_ arguments: [String]) throws -> [UInt64] {
            SampleHistory.pids(
                try history.tsctl(["last", "--directory", history.directory.path, "--json"] + arguments).output)
        }
        #expect(try last([]) == Array(101...120))
        #expect(try last(["-n", "3"]) == [118, 119, 120])
        #expect(try last(["-n", "50"]) == Array(71...120), "over several files")
        #expect(try last(["-n", "1000"]) == Array(1...120))
        #expect(try last(["--longer-than", "119us"]) == [119, 120])
        #expect(try history.tsctl(["last", "-n", "0"]).status == 64)
    }

    @Test func `a follower goes on across files until a signal`() throws {
        var child = try ChildProcess(
            ChildProcess.product("tsctl"),
            [
                "history", "--directory", history.directory.path, "--json", "--since", "@1795400119", "--follow",
            ], environment: ["TZ": "UTC"])
        var shown: [UInt64] = []
        for _ in 0..<2 { shown += SampleHistory.pids(try #require(try child.line())) }
        var writer = try history.writer(rotation: 2 * SampleHistory.second)
        try history.write(121...125, with: &writer)
        try writer.finish()
        for _ in 0..<5 { shown += SampleHistory.pids(try #require(try child.line())) }
        #expect(shown == Array(119...125))
        child.send(signal: SIGINT)
        let end = try child.finish()
        #expect(end.status == 0)
        #expect(end.errors.contains("7 records shown, none lost"))
    }

    @Test func `a follower of the daemon goes on when that restarts, without a record twice`() throws {
        let daemon = try ServedDaemon(tasks: 50)
        var child = try ChildProcess(
            ChildProcess.product("tsctl"), ["history", "--since", "@0", "--json", "--follow", "--reconnect"],
            environment: ["TASKSTATS_SOCKET": daemon.path])
        var shown: [UInt64] = []
        for _ in 0..<50 { shown += SampleHistory.pids(try #require(try child.line())) }
        try daemon.restart("--instance", "second")
        for _ in 0..<51 { shown += SampleHistory.pids(try #require(try child.line())) }
        #expect(shown == Array(1...50) + Array(1...50), "another instance sends everything that it keeps")
        child.send(signal: SIGINT)
        #expect(try child.finish().status == 0)
    }
}

import Glibc
import LinuxSystem
import Taskstats
import TaskstatsProtocol
import TestSupport

@testable import tsctl

/// A directory of recordings as tests fill it.
final class SampleHistory {
    static let start: UInt64 = 1_795_400_000_000_000_000
    static let second: UInt64 = 1_000_000_000

    let temporary: TemporaryDirectory
    let directory: RecordingDirectory

    init() throws {
        temporary = try TemporaryDirectory()
        directory = RecordingDirectory(path: temporary.path)
    }

    deinit {
        // Whatever a test left here is named by the recorder.
        try? DirectoryEntries.forEach(of: temporary.path) { _ = temporary.file($0) }
    }

    /// A writer that begins after the newest file.
    func writer(
        bytes: UInt64 = 1 << 30, age: UInt64 = .max, rotation: UInt64 = 3_600 * SampleHistory.second,
        instance: String = "first", host: String = "vm"
    ) throws -> DirectoryWriter {
        var server = SampleServer.handshake()
        server.instance = instance
        let header = RecordingHeader(host: host, start: Self.start, server: server, subscription: Subscription())
        return try DirectoryWriter.open(
            directory, limits: RetentionLimits(bytes: bytes, age: age, rotation: rotation), header: header,
            after: RecordingPosition.newest(in: directory))
    }

    /// The line of an exit, as the daemon sends it.
    static func line(index: UInt64, time: UInt64, padding: String = "") -> [UInt8] {
        Array(
            (#"{"jsonrpc":"2.0","method":"exit","params":{"cpu":0,"seq":\#(index),"index":\#(index),"time":\#(time),"#
                + #""pid":\#(index),"stats":{"ac_comm":"task\#(padding)","ac_etime":\#(index)}}}"# + "\n").utf8)
    }

    /// Writes one exit a second, from an index on.
    func write(_ indexes: ClosedRange<UInt64>, with writer: inout DirectoryWriter, from start: UInt64 = start) throws {
        for index in indexes { try writer.write(Self.line(index: index, time: start + index * Self.second)) }
    }

    var names: [RecordingFileName] { get throws { try directory.list().files.map(\.name) } }

    /// Runs a command of tsctl.
    func tsctl(_ arguments: [String]) throws -> ChildProcess.Result {
        try ChildProcess(
            ChildProcess.product("tsctl"), arguments, environment: ["TZ": "UTC", "PATH": "/usr/bin:/bin"]
        ).finish()
    }

    /// The ids of the processes that `tsctl history` shows.
    func shown(_ arguments: [String] = []) throws -> [UInt64] {
        try Self.pids(tsctl(["history", "--directory", directory.path, "--json"] + arguments).output)
    }

    static func pids(_ output: String) -> [UInt64] {
        output.split(separator: "\n").compactMap { line in
            line.split(separator: #""pid":"#).dropFirst().first.flatMap { UInt64($0.prefix { $0.isNumber }) }
        }
    }
}

import Glibc
import LinuxSystem
import TaskstatsModel

/// `tsctl serve` with a recording, on a socket in a temporary directory: a daemon that tells the truth.
package final class ServedDaemon {
    private let directory: TemporaryDirectory
    private let recording: String
    private var process: ChildProcess?

    /// Serves a recording of this number of tasks.
    package convenience init(tasks count: UInt32, _ options: String...) throws {
        try self.init(SampleRecording.file((0..<count).map { SampleRecording.exit($0 + 1) }), options)
    }

    /// Serves a recording.
    package init(_ bytes: [UInt8], _ options: [String] = []) throws {
        directory = try TemporaryDirectory()
        recording = try directory.write(bytes, to: "recording")
        try start(options)
    }

    /// The path of the socket.
    package var path: String { directory.file("socket") }

    /// Serves the recording on the same socket, after it was killed.
    package func start(_ options: [String] = []) throws {
        let earlier = inode
        process = try ChildProcess(
            ChildProcess.product("tsctl"), ["serve", recording, "--socket", path] + options)
        // The socket appears when it listens, in place of that of a killed one.
        try wait(for: "the socket") { inode != nil && inode != earlier }
    }

    /// The number of the socket's file; nil if there is none.
    private var inode: ino_t? {
        var status = stat()
        return unsafe lstat(path, &status) == 0 ? status.st_ino : nil
    }

    /// Ends it as taskstatsd does when it is stopped: clients get the reason.
    package func stop() throws {
        guard let process = process.take() else { return }
        process.send(signal: SIGTERM)
        let result = try process.finish()
        guard result.status == 0 else { throw UnexpectedValue(result) }
    }

    /// Kills it; its socket remains, and nothing listens on it.
    package func kill() throws {
        guard let process = process.take() else { return }
        process.send(signal: SIGKILL)
        _ = try process.finish()
    }

    /// Ends it, and serves the recording again on the same socket.
    package func restart(_ options: String...) throws {
        try stop()
        try start(options)
    }
}

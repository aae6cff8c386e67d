import Glibc
import TestSupport
import Testing

/// A directory readable by every user, with the programs of these tests; those in C are compiled into it.
struct Workshop {
    let directory: TemporaryDirectory
    private static let source = #filePath.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" } + "/Programs/"

    init() throws {
        directory = try TemporaryDirectory()
        unsafe chmod(directory.path, 0o755)
        // Other users may have no access to the sources.
        try run(["install", "-m", "644", Self.source + "probe.py", directory.file("probe.py")])
        // For the copies that targets.py makes of one program with different rights.
        for copy in ["plain", "setuid-root", "setuid-other", "setgid", "unreadable", "capable"] {
            _ = directory.file(copy)
        }
    }

    /// Returns the command that runs one of the Python programs, as root.
    func command(_ name: String, _ arguments: String...) -> [String] {
        ["python3", "-B", Self.source + name] + arguments
    }

    /// Compiles one of the C programs, statically so that it starts fast and no library opens anything in it.
    func program(_ name: String) throws -> String { try compile(name, ["-static", "-pthread"], to: name) }

    /// Compiles one of the C libraries for preloading into the daemon.
    func preload(_ name: String) throws -> String { try compile(name, ["-shared", "-fPIC"], to: name + ".so") }

    /// TASKSTATS_GATE as used by gate.c, and the command prefix of a daemon that can be held.
    func gate() throws -> (path: String, launcher: [String]) {
        let gate = directory.file("gate")
        let parts = ["gate.at", "gate.on"].map(directory.file)
        try run(["sh", "-c", #"truncate -s 12 "$0" && mkfifo "$@""#, gate] + parts)
        return (gate, ["env", "LD_PRELOAD=\(try preload("gate"))", "TASKSTATS_GATE=\(gate)"])
    }

    private func compile(_ name: String, _ options: [String], to result: String) throws -> String {
        let path = directory.file(result)
        try run(["clang", "-O2", "-Wall", "-Wextra", "-Werror"] + options + ["-o", path, Self.source + name + ".c"])
        return path
    }

    private func run(_ command: [String]) throws {
        let result = try Host.run(command)
        try #require(result.status == 0, "\(result.errors)")
    }
}

extension Script {
    /// Runs a program to its end, and returns the fields of each line of its output.
    static func fields(_ command: [String]) throws -> [[String]] {
        let result = try Host.run(command)
        try #require(result.status == 0, "\(result.errors)")
        return result.output.split(separator: "\n").map { line in
            line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        }
    }
}

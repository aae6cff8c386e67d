import Glibc
import TestSupport
import Testing

/// The program of origin_child.c, compiled, in a directory that every user can read.
struct OriginProgram {
    let directory: TemporaryDirectory
    let path: String

    init() throws {
        directory = try TemporaryDirectory()
        unsafe chmod(directory.path, 0o755)
        path = directory.file("child")
        // Statically, so that it starts fast.
        let compiler = ["clang", "-O1", "-Wall", "-Wextra", "-Werror", "-pthread", "-static"]
        let result = try Host.run(compiler + ["-o", path, Script.path("origin_child.c")])
        try #require(result.status == 0, "\(result.errors)")
    }

    /// Runs a script that prints cases and their outcomes, and reports those that are wrong.
    static func check(_ command: [String], atLeast count: Int) throws {
        let lines = try Script.fields(command)
        #expect(lines.count >= count, "some cases are missing: \(lines.map(\.first))")
        for line in lines where line.last != "ok" { Issue.record("\(line.joined(separator: ": "))") }
    }
}

extension Host {
    /// The sockets of a process on the kernel's connector.
    static func connectorSockets(of pid: pid_t) throws -> Int {
        let listing = try run(["ls", "-l", "/proc/\(pid)/fd"]).output
        let connector = "11"
        return try text("/proc/net/netlink").split(separator: "\n").count { line in
            let columns = line.split(separator: " ")
            return columns.count >= 10 && columns[1] == connector && listing.contains("socket:[\(columns[9])]")
        }
    }
}

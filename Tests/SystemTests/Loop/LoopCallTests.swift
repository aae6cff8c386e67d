import Glibc
import TestSupport
import Testing

extension SystemTests {
    /// No system call of the loop blocks it unnoticed.
    @Suite struct LoopCallTests {
        @Test func `the loop makes only calls listed in contrib/docs/loop-calls.md`() throws {
            let daemon = try RunningDaemon()
            let trace = try LoopTrace.begin(daemon, ["-e", "trace=all"])
            try LoopWorkload.run(daemon)
            let calls = try trace.end()
            let unlisted = try calls.subtracting(Self.listed())
            #expect(calls.contains("epoll_wait") && calls.contains("sendmsg"))
            #expect(unlisted == [])
        }

        /// Calls that the workload makes on every kernel.
        private static let delayed = [
            "accept4", "bind", "close", "epoll_ctl", "epoll_wait", "getsockname", "getsockopt", "newfstatat", "openat",
            "read", "recvmmsg", "sendmsg", "sendto", "setsockopt", "socket",
        ]

        @Test(arguments: delayed)
        func `a call that takes 2.5 s is named in the log, or another thread runs the loop`(call: String) throws {
            #expect(try Self.listed().contains(call))
            let daemon = try RunningDaemon()
            let inject = "inject=\(call):delay_enter=2500000:when=1"
            let trace = try LoopTrace.begin(daemon, ["-e", "trace=\(call)", "-e", inject])
            try LoopWorkload.run(daemon)
            _ = try trace.end()
            let output = try daemon.stop().output
            let isNamed = output.contains("call=\(call) ") && output.contains("the loop is blocked")
            #expect(isNamed || output.contains("another thread runs the loop"), "\(output)")
        }

        /// The first column of the table.
        private static func listed() throws -> Set<String> {
            let root = #filePath.split(separator: "/").dropLast(4).reduce("") { "\($0)/\($1)" }
            let rows = try Host.text(root + "/contrib/docs/loop-calls.md").split(separator: "\n").filter {
                $0.hasPrefix("| ")
            }
            return Set(rows.compactMap { $0.split(separator: " ").dropFirst().first.map(String.init) })
        }
    }
}

/// strace, attached only to the thread of the loop.
private struct LoopTrace: ~Copyable {
    private let directory: TemporaryDirectory
    private let strace: ChildProcess

    static func begin(_ daemon: RunningDaemon, _ options: [String]) throws -> LoopTrace {
        let directory = try TemporaryDirectory()
        let command = ["strace", "-p", "\(daemon.pid)", "-o", directory.file("trace")] + options
        var strace = try Host.start(["sh", "-c", #"exec "$@" 2>&1"#, "sh"] + command)
        let said = try strace.line()
        try #require(said?.hasSuffix("attached") == true, "strace said: \(said ?? "nothing")")
        return LoopTrace(directory: directory, strace: strace)
    }

    private init(directory: TemporaryDirectory, strace: consuming ChildProcess) {
        self.directory = directory
        self.strace = strace
    }

    /// Detaches, and returns the traced calls.
    consuming func end() throws -> Set<String> {
        strace.send(signal: SIGINT)
        _ = try strace.finish()
        let lines = try Host.text(directory.file("trace")).split(separator: "\n")
        return Set(lines.filter { $0.contains("(") }.map { String($0.prefix { $0 != "(" }) })
    }
}

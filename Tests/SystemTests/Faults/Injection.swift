import Glibc
import TestSupport
import Testing

/// strace, which makes calls of a running process fail for as long as it is attached.
struct Injection: ~Copyable {
    private let trace: TemporaryDirectory
    private let strace: ChildProcess

    /// Attaches to a process, and returns when every third call of the kind fails, or those given by `when`.
    ///
    /// It attaches to all threads: a query that strace delays makes another thread run the loop.
    static func begin(_ fault: Fault, in pid: pid_t, when: String = "2+3") throws -> Injection {
        let trace = try TemporaryDirectory()
        let inject = "inject=\(fault.call):error=\(fault.error):when=\(when)"
        var strace = try Host.start([
            "sh", "-c", #"exec "$@" 2>&1"#, "sh", "strace", "-f", "-p", "\(pid)", "-o", trace.file("trace"), "-e",
            "trace=\(fault.call)", "-e", inject,
        ])
        let said = try strace.line()
        try #require(said?.contains(" attached") == true, "strace said: \(said ?? "nothing")")
        return Injection(trace: trace, strace: strace)
    }

    private init(trace: TemporaryDirectory, strace: consuming ChildProcess) {
        self.trace = trace
        self.strace = strace
    }

    /// Detaches, and returns how many calls failed.
    consuming func end() throws -> Int {
        strace.send(signal: SIGINT)
        _ = try strace.finish()
        return try Host.text(trace.file("trace")).split(separator: "\n").count { $0.hasSuffix("(INJECTED)") }
    }
}

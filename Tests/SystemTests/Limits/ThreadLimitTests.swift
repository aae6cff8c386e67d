import Glibc
import TestSupport
import Testing

extension SystemTests {
    /// The number of threads per query.
    @Suite struct ThreadLimitTests {
        @Test func `a user's query of a process with more than 2,048 threads is refused, root's is answered`() throws {
            let daemon = try RunningDaemon()
            var process = try Host.start(Host.asNobody(["/usr/bin/python3", Script.path("threads.py"), "2048"]))
            try #require(try process.line() == "ready")

            let refused = try Host.run(daemon.tsctlAsNobody(["get", "--tgid", "\(process.pid)"]))
            #expect(refused.status == 1)
            #expect(refused.errors.contains("limit reached (threads: 2049 of 2048 in use)"), "\(refused.errors)")
            let task = try Host.run(daemon.tsctlAsNobody(["get", "--pid", "\(process.pid)", "--json"]))
            #expect(task.status == 0, "\(task.errors)")
            #expect(throws: Never.self) { try daemon.connect().stats(ofProcess: process.pid) }
            process.send(signal: SIGTERM)
            _ = try process.finish()
        }
    }
}

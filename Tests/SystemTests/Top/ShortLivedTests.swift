import Glibc
import TestSupport
import Testing

extension SystemTests {
    /// Tasks that end before the kernel has counted their use.
    @Suite(.timeLimit(.minutes(1))) struct ShortLivedTests {
        @Test func `top shows many short tasks as one row, first by RUN, and the summary lists them first`() throws {
            let daemon = try RunningDaemon()
            let load = daemon.directory.file("spinner")
            let copy = try Host.run(["install", "-m", "755", try ChildProcess.product("exit-load"), load])
            try #require(copy.status == 0, "\(copy.errors)")
            let spinning = try Host.start(["sh", "-c", "while :; do \(load) spin 1 30 >&2; done 2>/dev/null"])
            let tool = [try ChildProcess.product("tsctl")]
            let options = ["--socket", daemon.socket]
            let top = try Host.run(
                tool + ["top", "--batch", "--interval", "1", "--count", "1", "--sort", "run", "--limit", "1"] + options)
            let summary = try Host.run(tool + ["watch", "--summary", "--for", "1s"] + options)
            spinning.send(signal: SIGKILL)
            _ = try spinning.finish()

            let row = top.output.split(separator: "\n").last ?? ""
            #expect(row.contains(" e spinner (ended, "), "\(top.output)")
            let rows = summary.output.split(separator: "\n")
            #expect(rows.count > 2 && rows[2].hasPrefix("spinner "), "\(summary.output)")
        }
    }
}

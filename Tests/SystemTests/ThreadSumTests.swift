import Glibc
import TestSupport
import Testing

extension SystemTests {
    /// get of a process with threads.
    @Suite(.timeLimit(.minutes(1))) struct ThreadSumTests {
        private let daemon: RunningDaemon

        init() throws { daemon = try RunningDaemon() }

        private func get(_ arguments: String...) throws -> String {
            let result = try Host.run([ChildProcess.product("tsctl"), "get", "--socket", daemon.socket] + arguments)
            #expect(result.status == 0, "\(result.errors)")
            return result.output
        }

        /// A process of which two threads have written 20 MiB each, for as long as the value lives.
        private final class Writer {
            let pid: pid_t
            private var child: ChildProcess?

            init(in directory: TemporaryDirectory) throws {
                for name in ["a", "b"] { _ = directory.file(name) }
                var child = try Host.start(["python3", Script.path("writing_threads.py"), directory.path])
                pid = child.pid
                try #require(try child.line() == "written")
                self.child = consume child
            }

            deinit {
                guard let child = child.take() else { return }
                child.send(signal: SIGKILL)
                _ = try? child.finish()
            }

            func endThreads() throws {
                kill(pid, SIGUSR1)
                try #require(try child?.line() == "ended")
            }
        }

        /// Returns the cells of a table row, starting with the id.
        private func row(of pid: pid_t, in output: String) throws -> [Substring] {
            try #require(
                output.split(separator: "\n").map { $0.split(separator: " ") }.first { $0.first == "\(pid)" },
                "\(output)")
        }

        @Test func `the bytes written by its threads are shown while these run, and never as 0 afterwards`() throws {
            let writer = try Writer(in: daemon.directory)
            let pid = writer.pid

            let report = try get("--tgid", "\(pid)")
            #expect(report.contains("\nthreads           3\n"))
            #expect(report.contains("40.0 MiB to storage"))
            // The sums come last.
            let sums = try get("--tgid", "\(pid)", "--threads").split(separator: "\n").last
            #expect(sums?.contains("40.0 MiB (all threads)") == true)
            let sorted = try get("--all", "--sort", "written", "--fields", "write_bytes,cpu_delay_max")
            #expect(try row(of: pid, in: sorted)[1...2] == ["40.0", "MiB"])

            try writer.endThreads()
            let after = try row(of: pid, in: try get("--all", "--fields", "write_bytes"))
            #expect(after[1] == "-" || after[2].hasSuffix("+"), "\(after)")
        }

        @Test func `the longest wait is the longest of any thread`() throws {
            let writer = try Writer(in: daemon.directory)
            let output = try get("--tgid", "\(writer.pid)", "--threads", "--fields", "cpu_delay_max")
            let longest = output.split(separator: "\n").dropFirst().compactMap { line in
                line.split(separator: " ").dropFirst().first.flatMap { Double($0) }
            }
            #expect(longest.count == 4, "\(output)")
            #expect(longest.last == longest.dropLast().max(), "\(output)")
        }

        @Test func `a process is shown for the id of its first thread, and a thread with --tid`() throws {
            let writer = try Writer(in: daemon.directory)
            let pid = writer.pid
            #expect(try get("--pid", "\(pid)").contains("\nprocess           \(pid)\nthreads           3\n"))
            #expect(try get("--tid", "\(pid)").contains("\npid               \(pid)\n"))
            #expect(try get("--pid", "\(pid)", "--json").hasPrefix("{\"pid\":\(pid),"))
            let sleeper = try Sleeper()
            #expect(try get("--pid", "\(sleeper.pid)").contains("\npid               \(sleeper.pid)\n"))
        }
    }
}

import Glibc
import LinuxSystem
import TestSupport
import Testing

extension SystemTests {
    /// An ordinary user records and plays exits.
    @Suite struct RecordingTests {
        /// Records as nobody, compressed, until this many tasks of the test have ended.
        private func start(_ daemon: RunningDaemon, _ arguments: [String]) throws -> ChildProcess {
            try Host.start(daemon.tsctlAsNobody(["record"] + arguments))
        }

        private func play(_ daemon: RunningDaemon, _ arguments: [String]) throws -> ChildProcess.Result {
            // The recording belongs to nobody, and no daemon is needed.
            try Host.run([try ChildProcess.product("tsctl"), "play"] + arguments)
        }

        private func waitForSubscription(_ daemon: RunningDaemon) throws {
            let connection = try daemon.connect()
            try wait(for: "the subscription") { try connection.status().daemon?.subscribers == 1 }
        }

        @Test(arguments: ["exits.zst", "exits.gz"])
        func `a recording holds every task that ended between its start and Ctrl-C`(name: String) throws {
            let daemon = try RunningDaemon()
            unsafe chmod(daemon.directory.path, 0o777)
            let path = daemon.directory.file(name)
            let recorder = try start(daemon, [path])
            try waitForSubscription(daemon)
            let failed = try (1...40).map { _ in
                let child = try Host.start(Host.asNobody(["sh", "-c", "exit 3"]))
                let pid = child.pid
                _ = try child.finish()
                return Int(pid)
            }
            recorder.send(signal: SIGINT)
            let end = try recorder.finish()
            #expect(end.status == 0, "\(end.errors)")
            #expect(end.errors.contains(" kept in \(path), none lost, "))

            let played = try play(daemon, [path, "--json", "--failed", "--uid", "nobody", "--comm", "sh"])
            #expect(played.status == 0, "\(played.errors)")
            let lines = played.output.split(separator: "\n")
            for pid in failed { #expect(lines.contains { $0.contains(#""pid":\#(pid),"#) }) }
            let summary = try play(daemon, [path, "--summary", "--scope", "process", "--failed", "--comm", "sh"])
            let sums = try #require(summary.output.split(separator: "\n").first { $0.hasPrefix("(all)") })
            #expect(sums.split(separator: " ")[1...2] == ["\(lines.count)", "\(lines.count)"])
        }

        @Test(arguments: [SIGTERM, SIGKILL])
        func `a recording continues across a restart of the daemon, with every task that it saw and the gap`(
            signal: Int32
        ) throws {
            let directory = try TemporaryDirectory()
            let path = directory.file("exits.ndjson")
            func failingPID() throws -> Int {
                let child = try Host.start(["sh", "-c", "exit 3"])
                let pid = child.pid
                _ = try child.finish()
                return Int(pid)
            }
            let first = try RunningDaemon(in: directory)
            let recorder = try Host.start([ChildProcess.product("tsctl"), "record", path, "--socket", first.socket])
            try waitForSubscription(first)
            let early = try failingPID()
            try wait(for: "the record of \(early)") {
                // The recorder creates the file after it has subscribed.
                (try? Host.text(path).contains(#""pid":\#(early),"#)) ?? false
            }
            _ = try first.stop(signal: signal)
            let second = try RunningDaemon(in: directory)
            try waitForSubscription(second)
            let late = try failingPID()
            recorder.send(signal: SIGINT)
            let end = try recorder.finish()
            #expect(end.status == 0, "\(end.errors)")
            #expect(end.errors.contains(", 1 gap of "), "\(end.errors)")

            let played = try play(second, [path, "--json", "--failed", "--comm", "sh"])
            #expect(played.status == 0, "\(played.errors)")
            let lines = played.output.split(separator: "\n")
            let gap = try #require(lines.firstIndex { $0.hasPrefix(#"{"gap":{"#) })
            #expect(lines[..<gap].contains { $0.contains(#""pid":\#(early),"#) })
            #expect(lines[gap...].contains { $0.contains(#""pid":\#(late),"#) })
        }

        @Test func `output like that of getdelays -w is played, each task with its end`() throws {
            let directory = try TemporaryDirectory()
            let path = directory.file("getdelays.log")
            let input = try Pipe()
            var writer = try Host.start(
                ["sh", "-c", #"exec "$@" </proc/\#(getpid())/fd/\#(input.reading.number)"#, "sh"]
                    + Script.command("raw_records.py", path))
            #expect(try writer.line() == "ready")
            let failed = try Host.start(["sh", "-c", "exit 3"])
            let pid = failed.pid
            _ = try failed.finish()
            let load = try ExitLoad(finishing: Host.start([try ChildProcess.product("exit-load"), "leader-first"]))
            close(input)
            let result = try writer.finish()
            #expect(result.status == 0, "\(result.errors)")

            let played = try Host.run([try ChildProcess.product("tsctl"), "play", "--raw", path, "--json"])
            #expect(played.status == 0, "\(played.errors)")
            let lines = played.output.split(separator: "\n")
            #expect(lines.contains { $0.contains(#""pid":\#(pid),"#) && $0.contains(#""exit":{"code":3}"#) })
            let last = try load.id("last")
            #expect(lines.contains { $0.contains(#""pid":\#(last),"#) && $0.contains(#""tgid_stats":{"#) })
        }

        /// Closes both ends by releasing them.
        private func close(_ pipe: consuming Pipe) {}
    }
}

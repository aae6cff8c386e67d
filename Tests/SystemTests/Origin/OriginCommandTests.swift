import Glibc
import TaskstatsModel
import TestSupport
import Testing

@testable import tsctl

extension SystemTests {
    /// The commands of tsctl that show the origin of processes.
    @Suite struct OriginCommandTests {
        private func tsctl(_ arguments: [String], on daemon: RunningDaemon) throws -> [String] {
            ["env", "TASKSTATS_SOCKET=\(daemon.socket)", try ChildProcess.product("tsctl")] + arguments
        }

        private func waitForSubscription(_ daemon: RunningDaemon) throws {
            let connection = try daemon.connect()
            try wait(for: "the subscription") { try connection.status().daemon?.subscribers == 1 }
        }

        /// Returns the text of the array after `"command_args":`.
        private func arguments(in line: some StringProtocol) -> String? {
            guard let start = line.firstRange(of: #""command_args":["#) else { return nil }
            return String(line[start.upperBound...].prefix { $0 != "]" })
        }

        @Test func `run shows each process below the one that started it`() throws {
            let daemon = try RunningDaemon()
            // The shell would otherwise execute its last command in its own process. Programs that live long enough are
            // known at any priority of the daemon.
            let script = "sh -c 'sleep 0.51; sleep 0.52; :'; sleep 0.53; :"
            let result = try Host.run(try tsctl(["run", "--json", "--", "sh", "-c", script], on: daemon))
            #expect(result.status == 0)
            let processes = result.errors.split(separator: #"{"depth":"#).dropFirst().map { text in
                "\(text.prefix { $0.isNumber }) \(arguments(in: text) ?? "unknown")"
            }
            #expect(
                processes == [
                    #"0 "sh","-c","\#(script)""#, #"1 "sh","-c","sleep 0.51; sleep 0.52; :""#,
                    #"2 "sleep","0.51""#, #"2 "sleep","0.52""#, #"1 "sleep","0.53""#,
                ])
            let table = try Host.run(try tsctl(["run", "--", "sh", "-c", script], on: daemon)).errors
            #expect(table.contains("      sleep 0.52\n"))
        }

        @Test func `watch shows each program of a shell as a start and as an exit with its arguments`() throws {
            let daemon = try RunningDaemon()
            let watch = try Host.start(
                try tsctl(["watch", "--starts", "--json", "--command-line", "sleep 0.5[0-9][0-9]"], on: daemon))
            try waitForSubscription(daemon)
            _ = try Host.run(["sh", "-c", "i=500; while [ $i -lt 550 ]; do sleep 0.$i & i=$((i+1)); done; wait"])
            watch.send(signal: SIGINT)
            let run = try watch.finish()
            #expect(run.errors.contains("tsctl: 50 records and 50 starts shown, none lost"), "\(run.errors)")
            let lines = run.output.split(separator: "\n")
            let starts = lines.filter { $0.hasPrefix(#"{"start":"#) }
            let exits = lines.filter { $0.hasPrefix(#"{"cpu":"#) }
            let expected = (500..<550).map { #""sleep","0.\#($0)""# }
            #expect(starts.compactMap { arguments(in: $0) }.sorted() == expected)
            #expect(exits.compactMap { arguments(in: $0) }.sorted() == expected)
        }

        @Test func `top adds up living and ended processes of a control group`() throws {
            let daemon = try RunningDaemon()
            let top = try Host.start(
                try tsctl(["top", "--by", "cgroup", "--json", "--interval", "1", "--count", "2"], on: daemon))
            try waitForSubscription(daemon)
            for _ in 0..<6 { _ = try Host.run(["sleep", "0.3"]) }
            let run = try top.finish()
            #expect(run.status == 0, "\(run.errors)")
            let own = try #require(ControlGroup.current(of: UInt32(getpid())))
            // At least one interval has several of the six.
            let ended = run.output.split(separator: #"{"cgroup":"\#(own.path)","tasks":"#).dropFirst().compactMap {
                text in
                text.firstRange(of: #""ended":"#).flatMap { Int(text[$0.upperBound...].prefix { $0.isNumber }) }
            }
            #expect(ended.count == 2)
            #expect(ended.reduce(0, +) >= 3)
        }

        @Test func `a recording is selected by command line when it is played`() throws {
            let daemon = try RunningDaemon()
            let path = daemon.directory.file("origins.ndjson")
            let recorder = try Host.start(try tsctl(["record", path], on: daemon))
            try waitForSubscription(daemon)
            for time in ["0.51", "0.52", "0.52"] { _ = try Host.run(["sleep", time]) }
            recorder.send(signal: SIGINT)
            #expect(try recorder.finish().status == 0)
            let tsctl = try ChildProcess.product("tsctl")
            let played = try Host.run([tsctl, "play", path, "--origin", "--command-line", "sleep 0.52"])
            let lines = played.output.split(separator: "\n")
            #expect(lines.count == 3)
            #expect(lines.dropFirst().allSatisfy { $0.hasSuffix(" sleep 0.52") }, "\(played.output)")
        }
    }
}

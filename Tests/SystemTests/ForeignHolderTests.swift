import Glibc
import Taskstats
import TestSupport
import Testing

extension SystemTests {
    /// Port ids of a killed daemon, taken over by another user's process before any task ended.
    @Suite struct ForeignHolderTests {
        /// Kills daemons until an ordinary user has taken over a registration, and returns that user's process.
        ///
        /// Any exit on a CPU before the port id is bound makes the kernel remove the registration.
        private func takenOver(_ directory: TemporaryDirectory) throws -> Stranger {
            let attempts = 100
            for _ in 0..<attempts {
                let daemon = try RunningDaemon(in: directory)
                let subscriber = try Subscriber(daemon)
                let stranger = try Stranger(ports: NetlinkPorts.ofProcess(daemon.pid))
                _ = try daemon.stop(signal: SIGKILL)
                _ = try stranger.bind()
                try Stranger.endTasks()
                if try stranger.received() > 0 { return stranger }
                try stranger.end()
                withExtendedLifetime(subscriber) {}
            }
            throw TestFailure("no registration was taken over in \(attempts) attempts")
        }

        @Test func `a sweep as root removes the registrations, and reports the holder`() throws {
            let directory = try TemporaryDirectory()
            let stranger = try takenOver(directory)
            let sweep = try Host.run([try ChildProcess.product("taskstatsd"), "--sweep"])
            #expect(sweep.status == 0, "\(sweep.errors)")
            #expect(sweep.output.contains(", uid \(Host.nobody))"), "\(sweep.output)")
            _ = try stranger.received()
            try Stranger.endTasks()
            let received = try stranger.received()
            #expect(received == 0)
            print("foreign holders: \(received) records after a sweep")
            try stranger.end()
        }

        @Test(arguments: [[], ["--user", "nobody"]])
        func `so does the start of a daemon as root`(options: [String]) throws {
            let directory = try TemporaryDirectory()
            let stranger = try takenOver(directory)
            let daemon = try RunningDaemon(options, in: directory)
            #expect(daemon.startLog.contains { $0.contains("uid=\(Host.nobody)") }, "\(daemon.startLog)")
            _ = try stranger.received()
            try Stranger.endTasks()
            let received = try stranger.received()
            #expect(received == 0)
            print("foreign holders: \(received) records after a restart")
            try stranger.end()
        }

        @Test func `a program that registered as root and dropped its privileges stays registered`() throws {
            var other = try Host.start(Script.command("former_root.py", "0-\(Host.onlineCPUs - 1)"))
            try #require(try other.line() == "registered")
            let sweep = try Host.run([try ChildProcess.product("taskstatsd"), "--sweep"])
            #expect(!sweep.output.contains("removed any registration"), "\(sweep.output)")
            _ = try RunningDaemon().stop()
            try Stranger.endTasks()
            other.send(signal: SIGTERM)
            let received = try #require(Int(other.finish().output.split(separator: "\n").last ?? ""))
            #expect(received >= 5 * Host.onlineCPUs)
        }

        @Test func `without root privileges the sweep still sweeps, and reports what it did not check`() throws {
            let directory = try TemporaryDirectory()
            unsafe chmod(directory.path, 0o755)
            let program = directory.file("taskstatsd")
            try #require(
                Host.run(["install", "-m", "755", try ChildProcess.product("taskstatsd"), program]).status == 0)
            let stranger = try Stranger(ports: [4_000_000_001])
            _ = try stranger.bind()
            let sweep = try Host.run(Host.asNobody([program, "--sweep"]))
            #expect(sweep.status == 0, "\(sweep.errors)")
            #expect(sweep.output.hasPrefix("swept CPU 0"))
            #expect(sweep.output.contains("cannot check"), "\(sweep.output)")
            #expect(sweep.output.contains("needs root"))
            try stranger.end()
        }
    }
}

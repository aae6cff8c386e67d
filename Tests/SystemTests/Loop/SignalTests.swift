import Glibc
import Taskstats
import TestSupport
import Testing

@testable import taskstatsd

extension SystemTests {
    /// Every signal that can end the daemon shuts it down cleanly.
    @Suite struct SignalTests {
        /// All except those of the C library, which the test runner's parent may have ignored permanently.
        private static let signals = TerminationSignal.all.filter { ![32, 33].contains($0.number) }

        @Test(arguments: signals)
        func `it deregisters and logs the signal`(signal: TerminationSignal) throws {
            let daemon = try RunningDaemon()
            let subscriber = try Subscriber(daemon)
            var result: ChildProcess.Result?
            let received = try Stranger.recordsReceived(onPorts: NetlinkPorts.ofProcess(daemon.pid)) {
                result = try daemon.stop(signal: signal.number)
            }
            #expect(received == 0)
            let end = try #require(result)
            #expect(end.status == signal.exitStatus)
            #expect(end.output.contains("signal=\(signal.name) "), "\(end.output)")
            #expect(!Host.exists(daemon.socket))
            withExtendedLifetime(subscriber) {}
        }

        @Test func `closing its terminal ends it`() throws {
            let directory = try TemporaryDirectory()
            let log = directory.file("log")
            // script(1) gives it its own terminal, and closes that when it is killed.
            let socket = directory.file("taskstats.sock")
            _ = directory.file("taskstats.sock.lock")
            let command = "echo $$ >\(log); exec \(try ChildProcess.product("taskstatsd")) --socket \(socket) 2>>\(log)"
            let terminal = try Host.start(["script", "-q", "-c", command, "/dev/null"])
            try wait(for: "a daemon on a terminal") { try Host.exists(log) && Host.text(log).contains("ready") }
            let pid = try #require(try pid_t(Host.text(log).prefix { $0 != "\n" }))
            let client = try TaskstatsConnection.connect(path: socket)
            try client.subscribe(Subscription())
            let received = try Stranger.recordsReceived(onPorts: NetlinkPorts.ofProcess(pid)) {
                terminal.send(signal: SIGKILL)
                try wait(for: "the end of the daemon") { !Host.exists("/proc/\(pid)/fd/0") }
            }
            #expect(received == 0)
            #expect(try Host.text(log).contains("signal=SIGHUP "))
            _ = try terminal.finish()
            withExtendedLifetime(client) {}
        }

        @Test func `SIGHUP does nothing if it was ignored at startup, as nohup(1) requires`() throws {
            let daemon = try RunningDaemon(under: ["sh", "-c", #"trap "" HUP; exec "$@""#, "sh"])
            try #require(kill(daemon.pid, SIGHUP) == 0)
            #expect(try daemon.connect().stats(ofTask: daemon.pid).command == "taskstatsd")
            let result = try daemon.stop()
            #expect(result.status == 0)
            #expect(result.output.contains("signal=SIGTERM "))
        }

        @Test func `a fault of its own still ends it at once, although fault signals are blocked`() throws {
            let daemon = try RunningDaemon()
            let crash = try Host.run(Script.command("crash.py", "\(daemon.pid)", daemon.socket))
            try #require(crash.status == 0, "\(crash.errors)")
            try Host.wait(for: daemon.pid, toBe: "Z")
            #expect(try [128 + SIGSEGV, 128 + SIGILL].contains(daemon.stop(signal: SIGKILL).status))
        }
    }
}

import Glibc
import Taskstats
import TestSupport
import Testing

/// A CPU that is offline for as long as the value lives.
private final class OfflineCPU {
    private var process: ChildProcess?

    init(_ cpu: Int) throws {
        var process = try Host.start(Script.command("offline.py", "\(cpu)"))
        try #require(try process.line() == "offline")
        self.process = consume process
    }

    deinit { try? bringBack() }

    func bringBack() throws {
        guard let process = process.take() else { return }
        process.send(signal: SIGUSR1)
        let result = try process.finish()
        try #require(result.output == "online\n", "\(result.errors)")
    }
}

extension SystemTests {
    /// CPUs that cannot be swept at startup.
    @Suite struct OfflineCPUTests {
        private static let isPossible = Host.onlineCPUs >= 2 && Host.exists("/sys/devices/system/cpu/cpu1/online")

        @Test(.enabled(if: isPossible, "needs a CPU that can be taken offline"))
        func `a CPU that is offline when a killed daemon is restarted is swept when it comes online`() throws {
            let directory = try TemporaryDirectory()
            let killed = try RunningDaemon(in: directory)
            let registered = try Subscriber(killed, Subscription(cpus: "1"))
            let ports = try NetlinkPorts.ofProcess(killed.pid)
            let cpu = try OfflineCPU(1)
            _ = try killed.stop(signal: SIGKILL)
            withExtendedLifetime(registered) {}

            // The daemon's own registration shows which children ended on the CPU.
            let daemon = try RunningDaemon(in: directory)
            let subscriber = try Subscriber(daemon, Subscription(cpus: "1"))
            try cpu.bringBack()
            let clock = ContinuousClock()
            let deadline = clock.now + .seconds(10)
            var children: [ExitRecord] = []
            while children.isEmpty, clock.now < deadline {
                children = try subscriber.catchUp().exits.filter { $0.task[.acPpid] == UInt64(daemon.pid) }
            }
            #expect(children.map(\.cpu) == [1])
            print("offline CPU: \(children.count) children of the sweep ended on it after it came online")

            let stranger = try Stranger(ports: ports)
            #expect(try stranger.bind() > 0)
            try Stranger.endTasks()
            #expect(try stranger.received() == 0)
            try stranger.end()
            #expect(try daemon.stop().output.contains("swept CPUs that came online"))
        }

        @Test func `without a readable list of possible CPUs it does not start, and reports why`() throws {
            let hide = "mount -t tmpfs none /sys/devices/system/cpu && exec \"$@\""
            let result = try RunningDaemon.failure(under: ["unshare", "--mount", "sh", "-c", hide, "sh"])
            #expect(result.status == 1, "\(result.output)")
            #expect(result.output.contains("/sys/devices/system/cpu/possible"))
        }

        @Test func `if no child can run on any CPU it does not start, and reports why`() throws {
            let directory = try TemporaryDirectory()
            let strace = [
                "strace", "-f", "-qq", "-o", directory.file("trace"), "-e", "trace=sched_setaffinity", "-e",
                "inject=sched_setaffinity:error=EINVAL",
            ]
            let result = try RunningDaemon.failure(under: strace)
            #expect(result.status == 1, "\(result.output)")
            #expect(result.output.contains("cannot run a child on any CPU"))
        }
    }
}

import Glibc
import Taskstats
import TestSupport
import Testing

extension SystemTests {
    /// The daemon starts and stops.
    @Suite struct StartAndStopTests {
        @Test(arguments: [SIGTERM, SIGINT])
        func `it starts, sends hello, and stops leaving nothing behind`(signal: Int32) throws {
            let daemon = try RunningDaemon()
            let connection = try daemon.connect()
            #expect(connection.server.access == .all)
            let result = try daemon.stop(signal: signal)
            #expect(result.status == 0)
            #expect(!Host.exists(daemon.socket))
        }

        @Test func `when it stops it deregisters and sends subscribers the reason`() throws {
            let daemon = try RunningDaemon()
            let subscriber = try Subscriber(daemon)
            let result = try daemon.stop()
            #expect(result.output.contains("deregistered=0"))
            var last = try subscriber.next()
            while case .exit = last { last = try subscriber.next() }
            #expect(last == .closing(reason: "taskstatsd is stopping"))
        }

        @Test func `a second daemon reports the running one and leaves its socket alone`() throws {
            let daemon = try RunningDaemon()
            let second = try RunningDaemon.launch(["--socket", daemon.socket]).finish()
            #expect(second.status == 1)
            #expect(second.output.contains("already listening"))
            #expect(try daemon.connect().stats(ofTask: daemon.pid).command == "taskstatsd")
        }

        @Test func `the socket file of a killed daemon is replaced`() throws {
            let directory = try TemporaryDirectory()
            let killed = try RunningDaemon(in: directory)
            #expect(try killed.stop(signal: SIGKILL).status == 128 + SIGKILL)
            #expect(Host.exists(killed.socket))
            let next = try RunningDaemon(in: directory)
            #expect(try next.connect().server.instance.isEmpty == false)
        }

        @Test
        func `of several that start over a dead socket one serves, and the others report why they do not`() throws {
            let directory = try TemporaryDirectory()
            let dead = try RunningDaemon(in: directory)
            _ = try dead.stop(signal: SIGKILL)
            // A shell starts them without waiting for any, and prints the pid of each and the status of each that ends.
            let start = #"sh -c 'echo "pid $$"; exec "$0" --socket "$1" 2>&1' "$0" "$1"; echo "status $?""#
            let race = "for n in 1 2 3 4; do { \(start); } & done; wait"
            var race4 = try Host.start(
                RunningDaemon.recording + ["sh", "-c", race, try ChildProcess.product("taskstatsd"), dead.socket])
            var (pids, ready, refused) = ([pid_t](), 0, 0)
            while ready < 1 || refused < 3, let line = try race4.line() {
                if line.hasPrefix("pid ") { pids += [pid_t](line.split(separator: " ").compactMap { pid_t($0) }) }
                if line.hasSuffix("ready") { ready += 1 }
                if line == "status 1" { refused += 1 }
            }
            #expect(ready == 1)
            #expect(refused == 3)
            #expect(try TaskstatsConnection.connect(path: dead.socket).status().daemon?.clients == 1)
            let serving = pids.filter { Host.exists("/proc/\($0)") }
            #expect(serving.count == 1)
            for pid in serving { #expect(kill(pid, SIGTERM) == 0) }
            #expect(try race4.finish().output.contains("status 0"))
        }

        @Test func `without standard descriptors none of its log output reaches a client`() throws {
            let directory = try TemporaryDirectory()
            unsafe chmod(directory.path, 0o755)
            let socket = directory.file("taskstats.sock")
            let closed = try Host.start(
                RunningDaemon.recording + [
                    "sh", "-c", "exec \"$0\" --socket \"$1\" --log-level debug <&- >&- 2>&-",
                    try ChildProcess.product("taskstatsd"), socket,
                ])
            let connection = try Host.connect(onceListening: socket)
            let descriptors = try Host.run(["ls", "-l", "/proc/\(closed.pid)/fd"]).output
            for number in 0...2 { #expect(descriptors.contains(" \(number) -> /dev/null\n")) }
            #expect(try connection.stats(ofTask: closed.pid).command == "taskstatsd")
            closed.send(signal: SIGTERM)
            #expect(try closed.finish().status == 0)
        }

        @Test func `it runs on the given CPUs, and watches all of them`() throws {
            let last = Host.onlineCPUs - 1
            let daemon = try RunningDaemon(["--cpu-affinity", "N"])
            let status = try Host.text("/proc/\(daemon.pid)/status").split(separator: "\n")
            #expect(status.contains("Cpus_allowed_list:\t\(last)"))
            let subscriber = try Subscriber(daemon)
            let ended = try ExitLoad(finishing: ExitLoad.start(cpu: 0, processes: 3, threads: 0)).ids
            #expect(Set(try subscriber.leave().exits.map(\.pid)).isSuperset(of: ended))
        }

        @Test func `a file that is not a socket is not replaced`() throws {
            let directory = try TemporaryDirectory()
            let path = directory.file("precious")
            #expect(try Host.run(["sh", "-c", "echo text > \(path)"]).status == 0)
            let result = try RunningDaemon.launch(["--socket", path]).finish()
            #expect(result.status == 1)
            #expect(result.output.contains("is not a socket"))
            #expect(try Host.text(path) == "text\n")
        }

        @Test func `without CAP_NET_ADMIN the error names the capability`() throws {
            let result = try failureWithoutReader(under: ["setpriv", "--bounding-set=-net_admin"])
            #expect(result.status == 1)
            #expect(result.output.contains("CAP_NET_ADMIN"))
        }

        @Test(arguments: [("net", ["--net"]), ("pid", ["--pid", "--fork"]), ("user", ["--user", "--map-root-user"])])
        func `in a private namespace the error names its kind`(kind: String, options: [String]) throws {
            let result = try failureWithoutReader(under: ["unshare"] + options)
            #expect(result.status == 1)
            #expect(result.output.contains("initial \(kind) namespace"))
        }

        @Test
        func `if the namespace of init cannot be compared, the canary detects the private net namespace`() throws {
            // Nothing below /proc/1/ns can be read; only the missing record of the child shows it.
            let hide = "mount -t tmpfs none /proc/1/ns && exec \"$@\""
            let result = try failureWithoutReader(under: ["unshare", "--net", "--mount", "sh", "-c", hide, "sh"])
            #expect(result.status == 1)
            #expect(result.output.contains("no exit record arrived"))
        }

        /// Runs a daemon that must not start, and checks its reports to the service manager.
        private func failureWithoutReader(under launcher: [String]) throws -> ChildProcess.Result {
            let directory = try TemporaryDirectory()
            let name = directory.file("notify")
            let manager = try NotificationSocket(path: name)
            let result = try RunningDaemon.failure(under: ["env", "NOTIFY_SOCKET=\(name)"] + launcher)
            #expect(try manager.said() == [], "READY before it is known to work")
            return result
        }

        @Test(arguments: [
            ["--queue-bytes", "1"], ["--nonsense"], ["--stall-timeout", "9223372036854775807"],
            ["--stall-timeout", "25h"], ["--stall-timeout", "1m"],
            ["--cpu-affinity", ""], ["--cpu-affinity", "100000"], ["--connections", "0"],
            ["--connections-per-user", "-1"], ["--connections-per-second", "1000001"],
            ["--requests-per-second", "0"],
        ])
        func `invalid options end with the status of usage errors`(options: [String]) throws {
            #expect(try RunningDaemon.failure(options).status == 64)
        }
    }
}

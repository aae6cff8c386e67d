import Glibc
import TaskstatsClient
import TestSupport
import Testing

extension SystemTests {
    @Suite("The daemon starts and stops")
    struct StartAndStopTests {
        @Test("It starts, greets, and stops leaving nothing behind", arguments: [SIGTERM, SIGINT])
        func startsAndStops(signal: Int32) throws {
            let daemon = try RunningDaemon()
            let connection = try daemon.connect()
            #expect(connection.server.access == .all)
            let result = try daemon.stop(signal: signal)
            #expect(result.status == 0)
            #expect(!Host.exists(daemon.socket))
        }

        @Test("When it stops it deregisters and tells its subscribers why they hear no more")
        func tellsSubscribers() throws {
            let daemon = try RunningDaemon()
            let subscriber = try Subscriber(daemon)
            let result = try daemon.stop()
            #expect(result.output.contains("deregistered=0"))
            var last = try subscriber.connection.next()
            while case .exit = last { last = try subscriber.connection.next() }
            #expect(last == .closing(reason: "taskstatsd is stopping"))
        }

        @Test("A second daemon says that one is running already and leaves its socket alone")
        func refusesASecond() throws {
            let daemon = try RunningDaemon()
            let second = try RunningDaemon.launch(["--socket", daemon.socket]).finish()
            #expect(second.status == 1)
            #expect(second.output.contains("already running"))
            #expect(try daemon.connect().stats(ofTask: daemon.pid).command == "taskstatsd")
        }

        @Test("The socket file of a daemon that was killed is replaced")
        func replacesADeadSocket() throws {
            let directory = try TemporaryDirectory()
            let killed = try RunningDaemon(in: directory)
            #expect(try killed.stop(signal: SIGKILL).status == 128 + SIGKILL)
            #expect(Host.exists(killed.socket))
            let next = try RunningDaemon(in: directory)
            #expect(try next.connect().server.instance.isEmpty == false)
        }

        @Test("A file that is no socket is not replaced")
        func keepsAFile() throws {
            let directory = try TemporaryDirectory()
            let path = directory.file("precious")
            #expect(try Host.run(["sh", "-c", "echo text > \(path)"]).status == 0)
            let result = try RunningDaemon.launch(["--socket", path]).finish()
            #expect(result.status == 1)
            #expect(result.output.contains("is not a socket"))
            #expect(try Host.text(path) == "text\n")
        }

        @Test("Without CAP_NET_ADMIN it names the capability")
        func namesTheCapability() throws {
            let result = try RunningDaemon.failure(under: ["setpriv", "--bounding-set=-net_admin"])
            #expect(result.status == 1)
            #expect(result.output.contains("CAP_NET_ADMIN"))
        }

        @Test(
            "In a private namespace it names the kind",
            arguments: [("net", ["--net"]), ("pid", ["--pid", "--fork"]), ("user", ["--user", "--map-root-user"])])
        func namesTheNamespace(kind: String, options: [String]) throws {
            let result = try RunningDaemon.failure(under: ["unshare"] + options)
            #expect(result.status == 1)
            #expect(result.output.contains("initial \(kind) namespace"))
        }

        @Test("Where the namespace of init cannot be compared, the canary finds the private net namespace")
        func canaryDecides() throws {
            // Over /proc/1/ns nothing can be read; only the record of the child, which does not come, tells.
            let hide = "mount -t tmpfs none /proc/1/ns && exec \"$@\""
            let result = try RunningDaemon.failure(under: ["unshare", "--net", "--mount", "sh", "-c", hide, "sh"])
            #expect(result.status == 1)
            #expect(result.output.contains("did not arrive"))
        }

        @Test(
            "Wrong options end with the status of usage errors", arguments: [["--queue-bytes", "1"], ["--nonsense"]])
        func refusesOptions(options: [String]) throws {
            #expect(try RunningDaemon.failure(options).status == 64)
        }
    }
}

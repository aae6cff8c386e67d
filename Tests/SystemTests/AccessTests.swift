import Glibc
import Taskstats
import TestSupport
import Testing

extension SystemTests {
    /// An ordinary user sees only its own processes.
    @Suite struct AccessTests {
        @Test func `a user can query its own process, but not root's`() throws {
            let daemon = try RunningDaemon()
            let own = try Sleeper(Host.asNobody)
            let roots = try Sleeper()
            for option in ["--pid", "--tgid"] {
                let allowed = try Host.run(daemon.tsctlAsNobody(["get", option, "\(own.pid)", "--json"]))
                #expect(allowed.status == 0, "\(allowed.errors)")
                #expect(allowed.output.contains("\"\(option.dropFirst(2))\":\(own.pid)"))
                let denied = try Host.run(daemon.tsctlAsNobody(["get", option, "\(roots.pid)"]))
                #expect(denied.status == 1)
                #expect(denied.output.isEmpty)
                #expect(denied.errors.contains("not yours"))
            }
        }

        @Test func `exits of another user's tasks never arrive, its own do, without I/O counters`() throws {
            let daemon = try RunningDaemon()
            let observer = try daemon.connect()
            var watch = try Host.start(daemon.tsctlAsNobody(["watch", "--json", "--count", "2"]))
            try wait(for: "a subscriber") { try observer.status().daemon?.subscribers != 0 }
            _ = try ExitLoad(finishing: ExitLoad.start(cpu: 0, processes: 50, threads: 50))
            let theirs = try Host.start(Host.asNobody(["sh", "-c", "/bin/true; exit 4"]))
            let shell = theirs.pid
            _ = try theirs.finish()

            // Records of two CPUs come in no particular order.
            let lines = [try #require(try watch.line()), try #require(try watch.line())]
            let child = try #require(lines.first { $0.contains("\"ac_ppid\":\(shell),") })
            #expect(child.contains("\"ac_uid\":65534"))
            let parent = try #require(lines.first { $0.contains("\"pid\":\(shell),") })
            #expect(parent.contains("\"exit\":{\"code\":4}"))
            for line in lines { #expect(line.contains("\"redacted\":[\"io\"]") && !line.contains("read_char")) }
            #expect(try watch.line() == nil)
            #expect(try watch.finish().status == 0)
        }

        @Test func `a user cannot query its own process if that is not dumpable`() throws {
            let daemon = try RunningDaemon()
            var hidden = try Host.start(["python3", Script.path("hidden.py")])
            try #require(try hidden.line() == "hidden")
            let denied = try Host.run(daemon.tsctlAsNobody(["get", "--pid", "\(hidden.pid)"]))
            #expect(denied.status == 1)
            #expect(denied.errors.contains("not yours"))
            hidden.send(signal: SIGTERM)
            _ = try hidden.finish()
        }

        @Test func `a user cannot query its own process if its status is too long to be read`() throws {
            let daemon = try RunningDaemon()
            var owner = try Host.start(["/usr/bin/python3", Script.path("long_status.py")])
            let pid = try #require(try owner.line().flatMap { Int32($0) })
            let denied = try Host.run(daemon.tsctlAsNobody(["get", "--pid", "\(pid)"]))
            #expect(denied.status == 1)
            #expect(denied.errors.contains("not yours"))
            owner.send(signal: SIGTERM)
            #expect(try owner.finish().status == 0)
        }

        @Test func `a client in another pid namespace is refused, even as root`() throws {
            let daemon = try RunningDaemon()
            let tool = try ChildProcess.product("tsctl")
            let command = ["unshare", "--pid", "--fork", tool, "get", "--pid", "1", "--socket", daemon.socket]
            let refused = try Host.run(command)
            #expect(refused.status == 1)
            #expect(refused.errors.contains("pid namespace"))
        }

        @Test func `a member of the privileged group sees everything`() throws {
            let daemon = try RunningDaemon(["--group", "nogroup"])
            let roots = try Sleeper()
            let allowed = try Host.run(daemon.tsctlAsNobody(["get", "--pid", "\(roots.pid)", "--json"]))
            #expect(allowed.status == 0, "\(allowed.errors)")
        }
    }
}

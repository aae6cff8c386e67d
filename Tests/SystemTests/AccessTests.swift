import Glibc
import TaskstatsClient
import TestSupport
import Testing

extension SystemTests {
    @Suite("An ordinary user sees what is theirs")
    struct AccessTests {
        @Test("Their own process yes, root's no")
        func get() throws {
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

        @Test("The exit of another's task never comes, their own does, without I/O counters where it used privilege")
        func watch() throws {
            let daemon = try RunningDaemon()
            let observer = try daemon.connect()
            var watch = try Host.start(daemon.tsctlAsNobody(["watch", "--json", "--count", "2"]))
            while try observer.status().daemon?.subscribers == 0 {}
            _ = try ExitLoad(finishing: ExitLoad.start(cpu: 0, processes: 50, threads: 50))
            // setpriv itself uses privilege to become nobody, and so does the shell that it turns into; its child does not.
            let theirs = try Host.start(Host.asNobody(["sh", "-c", "/bin/true; exit 4"]))
            let shell = theirs.pid
            _ = try theirs.finish()

            let child = try #require(try watch.line())
            #expect(child.contains("\"ac_uid\":65534") && child.contains("\"ac_ppid\":\(shell),"))
            #expect(child.contains("\"read_char\":") && !child.contains("redacted"))
            let parent = try #require(try watch.line())
            #expect(parent.contains("\"pid\":\(shell),") && parent.contains("\"exit\":{\"code\":4}"))
            #expect(parent.contains("\"redacted\":[\"io\"]") && !parent.contains("read_char"))
            #expect(try watch.line() == nil)
            #expect(try watch.finish().status == 0)
        }

        @Test("A process of theirs that is not dumpable is not theirs to look at")
        func notDumpable() throws {
            let daemon = try RunningDaemon()
            var hidden = try Host.start(["python3", Script.path("hidden.py")])
            try #require(try hidden.line() == "hidden")
            let denied = try Host.run(daemon.tsctlAsNobody(["get", "--pid", "\(hidden.pid)"]))
            #expect(denied.status == 1)
            #expect(denied.errors.contains("not yours"))
            hidden.send(signal: SIGTERM)
            _ = try hidden.finish()
        }

        @Test("A client in another pid namespace is refused, even as root")
        func otherPIDNamespace() throws {
            let daemon = try RunningDaemon()
            let tool = try ChildProcess.product("tsctl")
            let command = ["unshare", "--pid", "--fork", tool, "get", "--pid", "1", "--socket", daemon.socket]
            let refused = try Host.run(command)
            #expect(refused.status == 1)
            #expect(refused.errors.contains("pid namespace"))
        }

        @Test("A member of the privileged group sees everything")
        func group() throws {
            let daemon = try RunningDaemon(["--group", "nogroup"])
            let roots = try Sleeper()
            let allowed = try Host.run(daemon.tsctlAsNobody(["get", "--pid", "\(roots.pid)", "--json"]))
            #expect(allowed.status == 0, "\(allowed.errors)")
        }
    }
}

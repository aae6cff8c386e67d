import Glibc
import TestSupport
import Testing

extension SystemTests {
    /// tsctl doctor, and the daemon's log.
    @Suite struct DoctorTests {
        @Test func `a working daemon is found to work, by root and by an ordinary user`() throws {
            let daemon = try RunningDaemon()
            let root = try Host.run([try ChildProcess.product("tsctl"), "doctor", "--socket", daemon.socket])
            let nobody = try Host.run(daemon.tsctlAsNobody(["doctor"]))
            for (run, access) in [(root, "every process: you are root"), (nobody, "only the processes of nobody")] {
                #expect(run.status == 0, "\(run.output)\(run.errors)")
                for check in ["socket", "daemon", "get", "exits", "kernel", "TASKSTATS", "pid namespace"] {
                    #expect(run.output.contains("ok       \(check) "), "\(run.output)")
                }
                #expect(run.output.contains("pid \(daemon.pid) (taskstatsd, user root)"))
                #expect(run.output.contains(access))
            }
            #expect(root.output.contains("ok       receive buffers      8.0 MiB for each CPU"))
            #expect(nobody.output.contains("unknown  receive buffers"))
        }

        @Test func `a stopped daemon is found through its socket, and can be continued`() throws {
            let daemon = try RunningDaemon()
            kill(daemon.pid, SIGSTOP)
            let run = try Host.run(daemon.tsctlAsNobody(["doctor"]))
            kill(daemon.pid, SIGCONT)
            #expect(run.status == 1)
            #expect(
                run.output.contains("failed   daemon               pid \(daemon.pid) (taskstatsd, user root) does not"))
            #expect(run.output.contains("fix: sudo kill -CONT \(daemon.pid)\n"))
        }

        @Test func `in another pid namespace it fails, and states where to run it`() throws {
            let daemon = try RunningDaemon()
            let tool = try ChildProcess.product("tsctl")
            let run = try Host.run(["unshare", "--pid", "--fork", tool, "doctor", "--socket", daemon.socket])
            #expect(run.status == 1)
            #expect(run.output.contains("failed   access "))
            #expect(run.output.contains("failed   pid namespace        pid:["))
        }

        @Test
        func `at debug level it logs each registration, drain, refusal and deregistration with its reason`() throws {
            let daemon = try RunningDaemon(["--log-level", "debug"])
            let requests = [
                #"{"jsonrpc":"2.0","id":1,"method":"subscribe","params":{"cpus":"0"}}"#,
                #"{"jsonrpc":"2.0","id":2,"method":"get","params":{"pid":2147483647}}"#,
                #"{"jsonrpc":"2.0","id":3,"method":"subscribe","params":{"cpus":"1\n 2099 notice forged"}}"#,
                #"{"jsonrpc":"2.0","id":4,"method":"a\nb"}"#,
                #"{"jsonrpc":"2.0","id":5,"method":"unsubscribe"}"#,
            ]
            let talk = #"printf '%s\n' "$@" | socat -t9 - "UNIX-CONNECT:$0""#
            try #require(Host.run(["sh", "-c", talk, daemon.socket] + requests).status == 0)
            let lines = try daemon.stop().output.split(separator: "\n")
            for part in [
                "debug taskstatsd: cpu=0 reason=client 1 subscribed receive_buffer=8388608 [taskstatsd] registered",
                "client=1 method=get reason=\"NoSuchTask: no task with id 2147483647\" [taskstatsd] refused a request",
                "client=1 reason=\"InvalidParams: cpus: ",
                "client=1 reason=\"MethodNotFound: ",
                "reason=whole, on request records=",
                "reason=client 1 unsubscribed received=",
            ] {
                #expect(lines.contains { $0.contains(part) }, "\(part): \(lines)")
            }
            #expect(lines.allSatisfy { $0.hasPrefix("20") && $0.contains("[taskstatsd]") }, "one line each: \(lines)")
        }
    }
}

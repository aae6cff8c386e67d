import Glibc
import Taskstats
import TestSupport
import Testing

extension SystemTests {
    /// Registrations follow the clients.
    @Suite struct RegistrationTests {
        @Test(.enabled(if: Host.onlineCPUs >= 2, "needs two CPUs"))
        func `the first client of a CPU has it registered, the last one to leave has it deregistered`() throws {
            let daemon = try RunningDaemon()
            let observer = try daemon.connect()
            func registered() throws -> CPUSet? { try observer.status().daemon?.registeredCPUs }
            #expect(try registered() == [])

            let first = try Subscriber(daemon, Subscription(cpus: "0"))
            #expect(try registered() == "0")
            let second = try Subscriber(daemon, Subscription(cpus: "0-1"))
            #expect(try registered() == "0-1")
            _ = try first.leave()
            #expect(try registered() == "0-1")
            try second.connection.subscribe(Subscription(cpus: "1"))
            #expect(try registered() == "1")
            _ = try second.leave()
            #expect(try registered() == [])
        }

        @Test(.enabled(if: Host.onlineCPUs >= 2, "needs two CPUs"))
        func `replacing a subscription neither loses nor duplicates a record of a CPU in both`() throws {
            let daemon = try RunningDaemon(RunningDaemon.roomForStorms)
            let filter = Subscriber.ownTasks
            let subscriber = try Subscriber(daemon, Subscription(cpus: "0-1", filter: filter))
            let load = try ExitLoad.start(cpu: 1, processes: 0, threads: 4_000)
            for round in 0..<200 {
                let cpus: CPUSet = round.isMultiple(of: 2) ? "1" : "0-1"
                try subscriber.connection.subscribe(Subscription(cpus: cpus, filter: filter))
            }
            let ended = try ExitLoad(finishing: load).ids
            let events = try subscriber.leave()
            #expect(events.lost == 0)
            let ours = Set(ended)
            #expect(events.exits.map(\.pid).filter(ours.contains).sorted() == ended.sorted())
        }

        @Test func `a killed client leaves no registration behind`() throws {
            let daemon = try RunningDaemon()
            let observer = try daemon.connect()
            let client = try Host.start([
                try ChildProcess.product("tsctl"), "watch", "--json", "--socket", daemon.socket,
            ])
            try wait(for: "a subscriber") { try observer.status().daemon?.subscribers != 0 }
            client.send(signal: SIGKILL)
            _ = try client.finish()
            // The end of the connection is in the daemon's queue before wait returned; the next loop iterations process
            // it.
            try wait(for: "the deregistration", within: .seconds(5)) {
                try observer.status().daemon?.registeredCPUs == ""
            }
        }

        @Test
        func `after the last client left, a process that takes over the daemon's port ids receives nothing`() throws {
            let daemon = try RunningDaemon()
            let subscriber = try Subscriber(daemon)
            let ports = try NetlinkPorts.ofProcess(daemon.pid)
            #expect(ports.count >= 1 + Host.onlineCPUs)
            let received = try Stranger.recordsReceived(onPorts: ports) {
                _ = try subscriber.leave()
                let left = try NetlinkPorts.ofProcess(daemon.pid)
                #expect(left.count == 1, "only the socket for queries stays open")
            }
            #expect(received == 0)
        }

        @Test func `a failed registration is reported with the first error, and a child removes its remains`() throws {
            let daemon = try RunningDaemon()
            let recorder = try RunningDaemon()
            let children = RecordFilter.children(of: daemon.pid)
            let observer = try Subscriber(recorder, Subscription(cpus: "0", filter: children))
            let client = try daemon.connect()
            // The socket cannot be watched after its registration, and from then on no command can be sent.
            var strace = try Host.start([
                "sh", "-c", #"exec strace -f -p "$0" "$@" 2>&1"#, "\(daemon.pid)", "-e", "trace=epoll_ctl,setsockopt",
                "-e",
                "inject=epoll_ctl:error=ENOSPC:when=1", "-e", "inject=setsockopt:error=EPERM:when=5+",
            ])
            try #require(try strace.line()?.contains("attached") == true)
            do throws(TaskstatsError) {
                try client.subscribe(Subscription(cpus: "0"))
                Issue.record("the subscription did not fail")
            } catch {
                #expect(error.errnoName == "ENOSPC", "\(error)")
            }
            #expect(try observer.catchUp().exits.map(\.cpu) == [0])
            strace.send(signal: SIGTERM)
            _ = try strace.finish()
            try client.subscribe(Subscription(cpus: "0"))
            #expect(try daemon.stop().output.contains("cannot deregister"))
        }

        @Test func `an error that persists is logged once, and queued records are delivered afterwards`() throws {
            let daemon = try RunningDaemon(RunningDaemon.roomForStorms)
            let subscriber = try Subscriber(daemon, Subscription(cpus: "0", filter: Subscriber.ownTasks))
            let strace = try Injection.begin(Fault(call: "recvmmsg", error: "ENOMEM"), in: daemon.pid, when: "1+")
            let ended = try ExitLoad(finishing: ExitLoad.start(cpu: 0, processes: 0, threads: 500)).ids
            try #require(usleep(1_000_000) == 0)
            let failures = try strace.end()
            let events = try subscriber.catchUp()
            #expect(failures > 100, "the daemon must read again")
            #expect(events.lost == 0)
            #expect(Set(events.exits.map(\.pid)).isSuperset(of: ended))
            let output = try daemon.stop().output
            #expect(output.split(separator: "\n").count { $0.contains("cannot read exit records") } == 1, "\(output)")
        }

        @Test
        func `a registration that the daemon cannot remove is removed for it, and no other process has it`() throws {
            let daemon = try RunningDaemon()
            let subscriber = try Subscriber(daemon)
            // From here on no receive buffer can be set, which is the first step of every command.
            var strace = try Host.start([
                "sh", "-c", #"exec strace -f -p "$0" -e trace=setsockopt -e inject=setsockopt:error=EPERM 2>&1"#,
                "\(daemon.pid)",
            ])
            try #require(try strace.line()?.contains("attached") == true)
            let received = try Stranger.recordsReceived(onPorts: NetlinkPorts.ofProcess(daemon.pid)) {
                _ = try subscriber.leave()
                #expect(try daemon.connect().status().daemon?.registeredCPUs == "")
            }
            #expect(received == 0)
            #expect(throws: TaskstatsError.self) { try subscriber.connection.subscribe() }
            strace.send(signal: SIGTERM)
            _ = try strace.finish()
            try subscriber.connection.subscribe()
            #expect(try daemon.stop().output.contains("cannot deregister"))
        }
    }
}

import Glibc
import TaskstatsClient
import TestSupport
import Testing

extension SystemTests {
    @Suite("Registrations follow the clients")
    struct RegistrationTests {
        @Test("The first client that wants a CPU has it registered, the last one leaving has it deregistered")
        func followsClients() throws {
            try #require(Host.onlineCPUs >= 2)
            let daemon = try RunningDaemon()
            let observer = try daemon.connect()
            func registered() throws -> String? { try observer.status().daemon?.registeredCPUs }
            #expect(try registered() == "")

            let first = try Subscriber(daemon, Subscription(cpus: "0"))
            #expect(try registered() == "0")
            let second = try Subscriber(daemon, Subscription(cpus: "0-1"))
            #expect(try registered() == "0-1")
            _ = try first.leave()
            #expect(try registered() == "0-1")
            try second.connection.subscribe(Subscription(cpus: "1"))
            #expect(try registered() == "1")
            _ = try second.leave()
            #expect(try registered() == "")
        }

        @Test("Replacing a subscription neither loses nor doubles a record of a CPU that is in both")
        func replacesExactly() throws {
            try #require(Host.onlineCPUs >= 2)
            let daemon = try RunningDaemon(RunningDaemon.roomForStorms)
            let filter = Subscriber.ownTasks
            let subscriber = try Subscriber(daemon, Subscription(cpus: "0-1", filter: filter))
            let load = try ExitLoad.start(cpu: 1, processes: 0, threads: 4_000)
            for round in 0..<200 {
                let cpus = round.isMultiple(of: 2) ? "1" : "0-1"
                try subscriber.connection.subscribe(Subscription(cpus: cpus, filter: filter))
            }
            let ended = try ExitLoad(finishing: load).ids
            let events = try subscriber.leave()
            #expect(events.lost == 0)
            let ours = Set(ended)
            #expect(events.exits.map(\.pid).filter(ours.contains).sorted() == ended.sorted())
        }

        @Test("A client that is killed leaves no registration behind")
        func killedClient() throws {
            let daemon = try RunningDaemon()
            let observer = try daemon.connect()
            let client = try Host.start([
                try ChildProcess.product("tsctl"), "watch", "--json", "--socket", daemon.socket,
            ])
            while try observer.status().daemon?.subscribers == 0 {}
            client.send(signal: SIGKILL)
            _ = try client.finish()
            // The end of the connection is in the daemon's queue before wait returned; the next turns of its loop take it.
            let clock = ContinuousClock()
            let deadline = clock.now + .seconds(5)
            while try observer.status().daemon?.registeredCPUs != "", clock.now < deadline {}
            #expect(try observer.status().daemon?.registeredCPUs == "")
        }

        @Test("After the last client left, who takes over the daemon's port ids receives nothing")
        func nothingForStrangers() throws {
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

        @Test("A registration that the daemon cannot take back is taken from it, and nobody else has it")
        func failedDeregistration() throws {
            let daemon = try RunningDaemon()
            let subscriber = try Subscriber(daemon)
            // From here on no receive buffer can be set, which is the first step of every command.
            var strace = try Host.start([
                "sh", "-c", #"exec strace -p "$0" -e trace=setsockopt -e inject=setsockopt:error=EPERM 2>&1"#,
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

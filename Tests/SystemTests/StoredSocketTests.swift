import Glibc
import Taskstats
import TestSupport
import Testing

extension SystemTests {
    /// A service manager keeps the sockets of a killed daemon.
    @Suite struct StoredSocketTests {
        private static let names = (0..<Host.onlineCPUs).map { "cpu-\($0)" }

        @Test func `it has a socket for every registered CPU, and no others`() throws {
            let directory = try TemporaryDirectory()
            let store = try DescriptorStore(in: directory)
            let daemon = try RunningDaemon(in: directory, under: store.launcher)
            #expect(try store.names() == [])
            let subscriber = try Subscriber(daemon)
            #expect(try store.names() == Self.names)
            try subscriber.connection.subscribe(Subscription(cpus: "1"))
            #expect(try store.names() == ["cpu-1"])
            try subscriber.connection.subscribe()
            #expect(try store.names() == Self.names)
            #expect(try daemon.stop().status == 0)
            #expect(try store.names() == [])
        }

        @Test
        func `another user cannot bind its port ids, and the next instance reports what the sockets held`() throws {
            let directory = try TemporaryDirectory()
            let store = try DescriptorStore(in: directory)
            var daemon = try RunningDaemon(in: directory, under: store.launcher)
            let subscriber = try Subscriber(daemon)
            let ports = try NetlinkPorts.ofProcess(daemon.pid)
            let ofQueries = try #require(Int(exactly: ports.count - Host.onlineCPUs))
            let stranger = try Stranger(ports: ports)
            _ = try daemon.stop(signal: SIGKILL)
            #expect(try stranger.bind() == ofQueries, "those that were never registered")
            try Stranger.endTasks()
            #expect(try stranger.received() == 0)
            #expect(try store.names() == Self.names)

            daemon = try RunningDaemon(in: directory, under: store.launcher)
            let report = try #require(daemon.startLog.first { $0.contains("previous instance") })
            #expect(report.contains("cpus=0-\(Host.onlineCPUs - 1)"))
            let unread = try #require(
                report.split(separator: "unread_records=").last.flatMap { text in
                    Int(text.prefix { $0.isNumber })
                })
            #expect(unread >= 5 * Host.onlineCPUs, "the tasks that ended meanwhile")
            #expect(try store.names() == [], "the manager was asked to close them")
            #expect(try NetlinkPorts.ofProcess(daemon.pid).isDisjoint(with: ports), "and so did the daemon")
            _ = try stranger.bind()
            try Stranger.endTasks()
            #expect(try stranger.received() == 0)
            try stranger.end()
            withExtendedLifetime(subscriber) {}
        }

        @Test
        func `a sweep as root deregisters sockets that only the manager keeps, so that they can be closed`() throws {
            let directory = try TemporaryDirectory()
            let store = try DescriptorStore(in: directory)
            let daemon = try RunningDaemon(["--user", "nobody"], in: directory, under: store.launcher)
            let subscriber = try Subscriber(daemon)
            let ports = try NetlinkPorts.ofProcess(daemon.pid)
            let beside = try Host.run([try ChildProcess.product("taskstatsd"), "--sweep"])
            #expect(
                !beside.output.contains("removed any registration"),
                "a living daemon's sockets stay registered: \(beside.output)")
            let ended = try (0..<Host.onlineCPUs).flatMap { cpu in
                try ExitLoad(finishing: ExitLoad.start(cpu: cpu, processes: 5, threads: 0)).ids
            }
            #expect(Set(try subscriber.catchUp().exits.map(\.pid)).isSuperset(of: ended))

            _ = try daemon.stop(signal: SIGKILL)
            let sweep = try Host.run([try ChildProcess.product("taskstatsd"), "--sweep"])
            #expect(sweep.status == 0, "\(sweep.errors)")
            let removed = sweep.output.split(separator: "\n").filter { $0.hasPrefix("removed any registration") }
            #expect(removed.count >= Host.onlineCPUs, "\(sweep.output)")
            let stranger = try Stranger(ports: ports)
            try store.end()
            #expect(try stranger.bind() >= Host.onlineCPUs)
            try Stranger.endTasks()
            #expect(try stranger.received() == 0)
            try stranger.end()
        }

        @Test func `a descriptor with the name of a stored socket that is not one is an error with the name`() throws {
            let directory = try TemporaryDirectory()
            let pass = #"exec 3</dev/null; export LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=cpu-0; exec "$@""#
            let result = try RunningDaemon.failure(under: ["sh", "-c", pass, "sh"])
            #expect(result.status == 1)
            #expect(result.output.contains("cannot use descriptor 3"), "\(result.output)")
            #expect(result.output.contains("cpu-0"))
            withExtendedLifetime(directory) {}
        }
    }
}

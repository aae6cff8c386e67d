import Taskstats
import TestSupport
import Testing

extension SystemTests {
    /// The kernel's events of processes.
    @Suite(.timeLimit(.minutes(1))) struct ConnectorTests {
        private static let withoutConnector = "without_connector.c"

        private static func exit(_ daemon: RunningDaemon, _ subscription: Subscription) throws -> ExitRecord {
            let subscriber = try Subscriber(daemon, subscription)
            let process = try Host.start(["true"])
            let pid = process.pid
            _ = try process.finish()
            return try subscriber.leave().record(of: UInt32(pid))
        }

        @Test func `sockets are open exactly as long as a client wants origins, starts, or to filter by them`() throws {
            let daemon = try RunningDaemon()
            #expect(try Host.connectorSockets(of: daemon.pid) == 0)
            let plain = try Subscriber(daemon)
            #expect(try Host.connectorSockets(of: daemon.pid) == 0)
            var filter = RecordFilter()
            filter.containers = ["a"]
            let wishes = [Subscription(origin: true), Subscription(starts: true), Subscription(filter: filter)]
            for wish in wishes {
                let first = try Subscriber(daemon, wish)
                #expect(try Host.connectorSockets(of: daemon.pid) == 2)
                let second = try Subscriber(daemon, Subscription(origin: true))
                _ = try first.leave()
                #expect(try Host.connectorSockets(of: daemon.pid) == 2)
                #expect(try daemon.connect().status().daemon?.origin?.isListening == true)
                // Another subscription on the same connection takes its place.
                try second.connection.subscribe(Subscription())
                _ = try daemon.connect().status()
                #expect(try Host.connectorSockets(of: daemon.pid) == 0)
                #expect(try daemon.connect().status().daemon?.origin?.isListening == false)
            }
            // Closes the connection at the end of its life.
            let whileSubscribed = try withExtendedLifetime(try Subscriber(daemon, Subscription(origin: true))) { _ in
                try Host.connectorSockets(of: daemon.pid)
            }
            #expect(whileSubscribed == 2)
            try wait(for: "closed sockets") { try Host.connectorSockets(of: daemon.pid) == 0 }
            _ = try plain.leave()
        }

        @Test func `where the kernel refuses its events, exits continue without origins`() throws {
            let library = try PreloadedLibrary(Self.withoutConnector)
            let daemon = try RunningDaemon(under: library.launcher)
            #expect(daemon.startLog.contains { $0.contains("the kernel does not report processes") })
            let connection = try daemon.connect()
            #expect(Set(connection.server.features).isDisjoint(with: ["origin", "starts"]))
            #expect(throws: TaskstatsError.self) { try connection.subscribe(Subscription(starts: true)) }
            let record = try Self.exit(daemon, Subscription(origin: true))
            #expect(record.origin == nil)
            #expect(try daemon.connect().status().daemon?.origin == nil)
        }

        @Test func `where the kernel refuses its events later, exits continue without origins`() throws {
            let library = try PreloadedLibrary(Self.withoutConnector)
            let daemon = try RunningDaemon(under: library.launcher + ["TASKSTATS_CONNECTORS=1"])
            let record = try Self.exit(daemon, Subscription(origin: true))
            #expect(record.origin == nil)
            #expect(try daemon.connect().status().daemon?.origin?.isListening == false)
            let log = try daemon.stop()
            #expect(log.status == 0)
            #expect(log.output.contains("cannot track processes"), "\(log.output)")
        }
    }
}

import Taskstats
import TestSupport
import Testing

extension SystemTests {
    /// Clients that do not read cost the others nothing.
    @Suite struct SlowClientTests {
        private let subscription = Subscription(filter: Subscriber.ownTasks)
        private let options = ["--connections-per-user", "80", "--stall-timeout", "0"]

        /// Clients that never read, with full queues.
        private func stopped(_ count: Int, _ daemon: RunningDaemon) throws -> [Subscriber] {
            try (0..<count).map { _ in try Subscriber(daemon, subscription) }
        }

        @Test func `of 64 subscribers of one user 63 have stopped: the one that reads loses nothing`() throws {
            let daemon = try RunningDaemon(options)
            let stopped = try stopped(63, daemon)
            let running = try Subscriber(daemon, subscription)
            // Far more than all of them may have queued: 64 MiB are about 600 records for each.
            for _ in 0..<40 {
                let ended = try endThreads(50)
                let events = try running.catchUp()
                #expect(events.lost == 0)
                #expect(Set(events.exits.map(\.pid)).isSuperset(of: ended))
            }
            for client in stopped {
                let counters = try client.connection.status().connection
                #expect(counters.lostInQueue > 0)
                #expect(counters.delivered + counters.lostInQueue >= 2_000)
            }
        }

        @Test func `of 64 subscribers 63 have full queues: in a storm, the one that reads loses nothing`() throws {
            // The kernel keeps the storm until the daemon reads it: only a full queue could lose a record.
            let daemon = try RunningDaemon(
                options + ["--queue-bytes", "65536", "--receive-buffer", "\(64 << 20)"], under: Host.unhindered,
                program: try RunningDaemon.installable)
            let stopped = try stopped(63, daemon)
            let observer = try daemon.connect()
            try wait(for: "full queues") {
                _ = try endThreads(50)
                return try observer.status().daemon?.queuedBytes ?? 0 >= 1 << 21
            }
            let running = try Subscriber(daemon, Subscription(fields: [.acComm], filter: Subscriber.ownTasks))
            // Below a shell, so that its tasks are none of this test's.
            let storm = #""$0" storm 0 1 7500 >/dev/null; exit"#
            let load = try Host.start(["sh", "-c", storm, try ChildProcess.product("exit-load")])
            for _ in 0..<40 {
                let ended = try endThreads(50)
                let events = try running.catchUp()
                #expect(events.lost == 0)
                #expect(Set(events.exits.map(\.pid)).isSuperset(of: ended))
            }
            #expect(try load.finish().status == 0)
            withExtendedLifetime(stopped) {}
        }

        private func endThreads(_ count: Int) throws -> [UInt32] {
            try ExitLoad(finishing: ExitLoad.start(cpu: 0, processes: 0, threads: count)).ids
        }
    }
}

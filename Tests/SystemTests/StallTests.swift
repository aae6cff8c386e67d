import Taskstats
import TestSupport
import Testing

extension SystemTests {
    /// A client that reads nothing is closed after --stall-timeout.
    @Suite struct StallTests {
        private let clock = ContinuousClock()
        private let subscription = Subscription(filter: Subscriber.ownTasks)

        @Test func `a client that reads nothing is closed; one that reads beside it is not and loses nothing`() throws {
            let daemon = try RunningDaemon(RunningDaemon.roomForStorms + ["--stall-timeout", "1"])
            let stalled = try Subscriber(daemon, subscription)
            let reading = try Subscriber(daemon, subscription)
            let begun = clock.now
            var clients: Int? = 2
            while clients != 1, clock.now < begun + .seconds(30) {
                // A socket holds only the first of the records.
                let ended = try endThreads(200)
                let events = try reading.catchUp()
                #expect(events.lost == 0)
                #expect(Set(events.exits.map(\.pid)).isSuperset(of: ended))
                clients = try reading.connection.status().daemon?.clients
            }
            #expect(clients == 1)
            #expect(clock.now - begun >= .seconds(1))
            // Data in the kernel's socket buffer is still there, followed by the end.
            #expect(throws: TaskstatsError.self) { while true { _ = try stalled.next() } }
        }

        @Test func `a client without data to read, or that reads a little from time to time, is not closed`() throws {
            let daemon = try RunningDaemon(["--stall-timeout", "2s", "--queue-bytes", "262144"])
            let idle = try daemon.connect()
            let slow = try Subscriber(daemon, subscription)
            let begun = clock.now
            while clock.now < begun + .seconds(5) {
                _ = try endThreads(300)
                // Far less than arrives, and never so much that it would have to wait for more.
                for _ in 0..<40 { _ = try slow.next() }
            }
            #expect(try idle.status().daemon?.clients == 2)
            #expect(try slow.connection.status().connection.lostInQueue > 0)
        }

        private func endThreads(_ count: Int) throws -> [UInt32] {
            try ExitLoad(finishing: ExitLoad.start(cpu: 0, processes: 0, threads: count)).ids
        }
    }
}

import Taskstats
import TestSupport
import Testing

extension SystemTests {
    /// Queued bytes are bounded, and memory is returned.
    @Suite struct MemoryTests {
        @Test func `256 clients that do not read use their queues and 8 MiB, and leave nothing behind`() throws {
            let queue = 131_072
            let daemon = try RunningDaemon([
                "--queue-bytes", "\(queue)", "--connections-per-user", "300", "--stall-timeout", "0",
            ])
            _ = try endThreads(100)
            let idle = try daemon.residentBytes
            let margin = 8 << 20
            let limit = idle + 256 * queue + margin
            var full = 0
            do {
                // No two of them have equal subscriptions, so they share no queued bytes.
                let clients = try (0..<256 as Range<UInt32>).map { number in
                    var filter = Subscriber.ownTasks
                    filter.ppids?.insert(1_000_000_000 + number)
                    return try Subscriber(daemon, Subscription(filter: filter))
                }
                while full < 256 * queue * 9 / 10 {
                    _ = try endThreads(100)
                    full = try #require(clients[0].connection.status().daemon).queuedBytes
                    #expect(try daemon.residentBytes <= limit)
                }
                // Each of these records is dropped.
                _ = try endThreads(2_000)
            }
            let most = try daemon.residentBytes
            #expect(most <= limit, "\(most) bytes are more than \(limit)")
            let isBack = try daemon.wait(.seconds(5)) { _ in try daemon.residentBytes <= idle + margin }
            print("R4: idle \(idle), \(full) bytes waiting \(most), after \(try daemon.residentBytes)")
            #expect(isBack)
            #expect(try daemon.connect().status().daemon?.queuedBytes == 0)
        }

        private func endThreads(_ count: Int) throws -> [UInt32] {
            try ExitLoad(finishing: ExitLoad.start(cpu: 0, processes: 0, threads: count)).ids
        }
    }
}

import Glibc
import TaskstatsClient
import TestSupport
import Testing

extension SystemTests {
    @Suite("A client that takes nothing is closed after --stall-timeout")
    struct StallTests {
        @Test("Who takes nothing is closed, who reads beside it is not and loses nothing")
        func closesWhoTakesNothing() throws {
            let daemon = try RunningDaemon(["--stall-timeout", "1"])
            let stalled = try Subscriber(daemon)
            let reading = try Subscriber(daemon)
            // More and more comes; a socket holds only the first of it.
            let clock = ContinuousClock()
            let begun = clock.now
            var (read, closed) = (0, false)
            while !closed, clock.now < begun + .seconds(20) {
                let load = try ExitLoad.start(cpu: 0, processes: 0, threads: 200)
                let ended = Set(try ExitLoad(finishing: load).ids)
                var seen = 0
                while seen < ended.count {
                    switch try reading.connection.next() {
                    case .exit(let record): seen += ended.contains(record.pid) ? 1 : 0
                    case .lost(let lost): Issue.record("lost \(lost)")
                    case .closing(let reason): Issue.record("closed: \(reason)")
                    }
                }
                read += seen
                closed = try reading.connection.status().daemon?.clients == 1
            }
            #expect(closed)
            #expect(clock.now - begun >= .seconds(1))
            #expect(read > 0)
            // What the kernel had taken for it is still there, and behind that the end.
            #expect(throws: TaskstatsError.self) { while true { _ = try stalled.connection.next() } }
        }

        @Test("Who has nothing to take, and who takes a little now and then, is not closed")
        func sparesOthers() throws {
            let daemon = try RunningDaemon(["--stall-timeout", "1", "--queue-bytes", "65536"])
            let idle = try daemon.connect()
            let slow = try Subscriber(daemon)
            let clock = ContinuousClock()
            let begun = clock.now
            let observer = try daemon.connect()
            while clock.now < begun + .seconds(3) {
                _ = try ExitLoad(finishing: ExitLoad.start(cpu: 0, processes: 0, threads: 300))
                // Far less than what comes, and than what waits after it: never so much that it would have to wait.
                for _ in 0..<30 { _ = try slow.connection.next() }
            }
            let status = try #require(try observer.status().daemon)
            #expect(status.clients == 3)
            #expect(try slow.connection.status().connection.lostInQueue > 0)
            _ = try idle.status()
        }
    }
}

import Glibc
import Taskstats
import TestSupport
import Testing

extension SystemTests {
    /// Exhausted descriptors.
    @Suite struct DescriptorTests {
        private let limit = 128
        private var launcher: [String] { ["prlimit", "--nofile=\(limit):\(limit)"] }
        private let manyOfOneUser = ["--connections-per-user", "4000"]

        @Test
        func `of 2,000 clients the excess is refused; admitted ones are served, others when there is room`() throws {
            let daemon = try RunningDaemon(manyOfOneUser, under: launcher)
            let subscriber = try Subscriber(daemon)
            let client = try daemon.connect()
            var crowd = try Host.start(Script.command("crowd.py", daemon.socket, "2000"))
            let words = try #require(try crowd.line()).split(separator: " ")
            let numbers = words.compactMap { Int($0) }
            try #require(words.count == 6 && numbers.count == 5)
            let (admitted, refused, others) = (numbers[0], numbers[1], numbers[2])
            #expect(admitted > 64 && admitted + refused == 2_000 && others == 0)
            #expect(words[3] == "connections" && numbers[3] == admitted + 2 && numbers[4] == admitted + 2)

            // Admitted clients can do everything that takes descriptors.
            let ended = try ExitLoad(finishing: ExitLoad.start(cpu: 0, processes: 50, threads: 50)).ids
            let events = try subscriber.leave()
            #expect(events.lost == 0)
            #expect(Set(events.exits.map(\.pid)).isSuperset(of: ended))
            try client.subscribe(Subscription())
            #expect(try client.stats(ofTask: daemon.pid).command == "taskstatsd")
            #expect(try daemon.openDescriptors < limit)

            let share = try daemon.cpuShare(over: .seconds(2))
            #expect(share < 0.05)
            crowd.send(signal: SIGUSR1)
            let milliseconds = try #require(try crowd.line().flatMap { Int($0) })
            #expect(milliseconds < 1_000)
            print("R6: \(numbers), CPU while full \(share), let in after \(milliseconds) ms")
            crowd.send(signal: SIGTERM)
            #expect(try crowd.finish().status == 0)
            #expect(try daemon.wait(.seconds(10)) { $0.clients == 3 })
        }

        @Test
        func `with none left it waits without spinning, streams continue, and waiting clients soon get in`() throws {
            let daemon = try RunningDaemon()
            let subscriber = try Subscriber(daemon)
            // All lower numbers are taken.
            try setLimit(of: daemon, to: 3)
            var waiting = try Host.start(Script.command("crowd.py", daemon.socket, "1"))
            let ended = try ExitLoad(finishing: ExitLoad.start(cpu: 0, processes: 50, threads: 50)).ids
            let share = try daemon.cpuShare(over: .seconds(3))
            #expect(share < 0.05)
            let events = try subscriber.catchUp()
            #expect(events.lost == 0)
            #expect(Set(events.exits.map(\.pid)).isSuperset(of: ended))
            #expect(try subscriber.connection.status().daemon?.clients == 1)

            try setLimit(of: daemon, to: limit)
            let begun = ContinuousClock.now
            #expect(try waiting.line() == "1 0 0 none 0 0")
            let elapsed = ContinuousClock.now - begun
            #expect(elapsed < .seconds(1))
            print("R6: none left: CPU \(share), let in after \(elapsed)")
            waiting.send(signal: SIGTERM)
            #expect(try waiting.finish().status == 0)
        }

        @Test
        func `with none left it stops without spinning while a client that does not read has unsent lines`() throws {
            let daemon = try RunningDaemon()
            // More is queued for both than fits in their sockets, so the daemon waits for them when it stops.
            let stalled = try RawConnection(daemon)
            var leaving: RawConnection? = try RawConnection(daemon)
            let subscribe = Array(#"{"jsonrpc":"2.0","id":1,"method":"subscribe"}"#.utf8) + [0x0a]
            for client in [stalled, leaving] { try client?.send(subscribe) }
            #expect(try daemon.wait(.seconds(10)) { $0.subscribers == 2 })
            _ = try ExitLoad(finishing: ExitLoad.start(cpu: 0, processes: 0, threads: 2_000))
            try setLimit(of: daemon, to: 3)
            let waiting = try Host.start(Script.command("crowd.py", daemon.socket, "1"))
            #expect(try daemon.cpuShare(over: .seconds(1)) < 0.05)

            let before = try daemon.cpuTime
            try #require(kill(daemon.pid, SIGTERM) == 0)
            try #require(usleep(100_000) == 0)
            leaving = nil
            try Host.wait(for: daemon.pid, toBe: "Z")
            let used = try daemon.cpuTime - before
            #expect(used < .milliseconds(300))
            let result = try daemon.stop()
            #expect(result.output.contains("unflushed=1"), "\(result.output)")
            print("R6: CPU while stopping \(used)")
            waiting.send(signal: SIGTERM)
            _ = try waiting.finish()
            withExtendedLifetime(stalled) {}
        }

        @Test func `without room for a client it does not start, and reports why`() throws {
            let result = try RunningDaemon.failure(under: ["prlimit", "--nofile=20:20"])
            #expect(result.status == 1)
            #expect(result.output.contains("the open-file limit is 20"))
        }

        private func setLimit(of daemon: RunningDaemon, to count: Int) throws {
            let result = try Host.run(["prlimit", "--pid", "\(daemon.pid)", "--nofile=\(count):\(limit)"])
            try #require(result.status == 0, "\(result.errors)")
        }
    }
}

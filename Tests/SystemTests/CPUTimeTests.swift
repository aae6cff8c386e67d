import Taskstats
import TestSupport
import Testing

extension SystemTests {
    /// CPU times are correct on the real kernel.
    @Suite struct CPUTimeTests {
        /// A task that used the CPU for a known time.
        private struct Spin {
            let pid: UInt32
            /// The duration of its loop, including waits.
            let loop: UInt64
            /// The time of that in which it was running: without waits, and without time taken by a hypervisor.
            let ran: UInt64
            /// The kernel's count when its parent reaped it, including the end of the task.
            let counted: UInt64

            /// Parses a line of `exit-load spin`.
            init?(_ line: Substring) {
                let words = line.split(separator: " ").dropFirst().compactMap { UInt64($0) }
                guard words.count == 5 else { return nil }
                (pid, loop, ran, counted) = (UInt32(words[0]), words[1], words[2], words[3] * 1_000)
            }
        }

        @Test func `each of 4,000 tasks of 0.1 to 20 ms used a CPU time within its interval`() throws {
            let daemon = try RunningDaemon(RunningDaemon.roomForStorms)
            var subscription = Subscription(fields: TaskRecord.cpuTimeFields.union([.acComm]))
            subscription.filter.commands = GlobPattern("exit-load").map { [$0] }
            let subscriber = try Subscriber(daemon, subscription)
            let tick = try #require(subscriber.connection.server.tick)
            var (known, reported) = (UInt64(0), UInt64(0))
            // The queue must hold the records of one round.
            for seed in 1...2 {
                let result = try Host.run([try ChildProcess.product("exit-load"), "spin", "\(seed)", "2000"])
                try #require(result.status == 0, "\(result.errors)")
                let events = try subscriber.catchUp()
                #expect(events.lost == 0)
                let records = Dictionary(events.exits.map { ($0.pid, $0.task) }) { _, last in last }
                let spins = result.output.split(separator: "\n").compactMap(Spin.init)
                try #require(spins.count == 2_000)
                for spin in spins {
                    let record = try #require(records[spin.pid])
                    let time = try #require(record.cpuTime(tick: tick))
                    let waited = record[.cpuDelayTotal] ?? 0
                    let notWaiting = spin.loop > waited ? spin.loop - waited : 0
                    // Time taken by a hypervisor is not a wait, and not in the kernel's count of a task that has slept.
                    let least = record[.nvcsw] == 0 ? notWaiting : min(notWaiting, spin.ran)
                    #expect(time.upperNanoseconds >= least, "\(spin): \(time)")
                    #expect(time.lowerNanoseconds <= spin.counted + 1_000, "\(spin): \(time)")
                    // The interval is no wider than the kernel's two counts allow.
                    let run = record[.cpuRunVirtualTotal] ?? 0
                    let elapsed = ((record[.acEtime] ?? 0) + 1) * 1_000
                    let widest = max(run + tick.wholeNanoseconds, elapsed > waited ? elapsed - waited : 0)
                    #expect(time.upperNanoseconds <= widest, "\(spin): \(time)")
                    (known, reported) = (known + least, reported + run)
                }
            }
            // The interval is needed.
            #expect(reported < known)
        }
    }
}

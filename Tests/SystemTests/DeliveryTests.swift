import Taskstats
import TestSupport
import Testing

extension SystemTests {
    /// Records reach their subscribers.
    @Suite struct DeliveryTests {
        @Test(.enabled(if: Host.onlineCPUs >= 2, "needs two CPUs"))
        func `each client receives every record of its CPUs once, and no others`() throws {
            // No client reads while the load runs: the queue must hold it all.
            let daemon = try RunningDaemon(RunningDaemon.roomForStorms)
            let clients = try (["0", "1", .all] as [CPUSet]).map { cpus in
                (cpus, try Subscriber(daemon, Subscription(cpus: cpus)))
            }

            let first = try ExitLoad.start(cpu: 0, processes: 500, threads: 2_000)
            let second = try ExitLoad.start(cpu: 1, processes: 500, threads: 2_000)
            let ended = [try ExitLoad(finishing: first).ids, try ExitLoad(finishing: second).ids]
            #expect(ended.map(\.count) == [2_501, 2_501])

            for (cpus, client) in clients {
                let events = try client.leave()
                #expect(events.lost == 0)
                for cpu in [0, 1] {
                    let records = events.exits.filter { $0.cpu == cpu }
                    let wanted = cpus.contains(cpu)
                    let ours = Set(ended[cpu])
                    // Pids repeat: on a busy machine other processes have had some of them.
                    let seen = records.filter { $0.task.command == "exit-load" }.map(\.pid).filter(ours.contains)
                    #expect(seen.sorted() == (wanted ? ended[cpu].sorted() : []), "CPU \(cpu) for a client of \(cpus)")
                    if !wanted { #expect(records.isEmpty) }
                    for (earlier, later) in zip(records, records.dropFirst()) {
                        #expect(later.sequence == earlier.sequence + 1)
                    }
                }
            }
        }

        @Test
        func `a process whose first thread ends first has "last" and the sums where the kernel put them`() throws {
            let daemon = try RunningDaemon()
            let subscriber = try Subscriber(daemon)
            let load = try ExitLoad(finishing: Host.start([try ChildProcess.product("exit-load"), "leader-first"]))
            let events = try subscriber.leave()

            let leader = try events.record(of: load.id("leader"))
            #expect(leader.tgid == leader.pid)
            #expect(leader.isLast == false)
            #expect(leader.process == nil)

            let last = try events.record(of: load.id("last"))
            #expect(last.tgid == leader.pid)
            #expect(last.isLast == true)
            let sums = try #require(last.process)
            #expect(sums[.acUid] == nil)
            let parts = [leader, last].compactMap { $0.task[.cpuCount] }.reduce(0, +)
            #expect(sums[.cpuCount] == parts)
        }

        @Test func `a client with scope process gets one record for each process, its last one`() throws {
            let daemon = try RunningDaemon()
            let subscriber = try Subscriber(daemon, Subscription(scope: .process))
            let load = try ExitLoad(finishing: Host.start([try ChildProcess.product("exit-load"), "leader-first"]))
            let records = try subscriber.leave().exits
            let leader = try load.id("leader")
            #expect(records.allSatisfy { $0.isLast == true })
            #expect(records.filter { $0.tgid == leader }.map(\.pid) == [try load.id("last")])
        }

        @Test func `a process ended by a signal has the signal, and a failed one its code`() throws {
            let daemon = try RunningDaemon()
            let subscriber = try Subscriber(daemon)
            let killed = try Host.start(["sh", "-c", "kill -KILL $$"])
            let failed = try Host.start(["sh", "-c", "exit 3"])
            let (killedPID, failedPID) = (UInt32(killed.pid), UInt32(failed.pid))
            _ = try killed.finish()
            _ = try failed.finish()
            let events = try subscriber.leave()
            #expect(try events.record(of: killedPID).exit == .signal(9, coreDumped: false))
            #expect(try events.record(of: failedPID).exit == .code(3))
        }

        @Test func `only matching records arrive, with only the requested fields`() throws {
            let daemon = try RunningDaemon()
            var filter = RecordFilter()
            filter.exit = .failed
            filter.commands = GlobPattern("s?").map { [$0] }
            let subscriber = try Subscriber(daemon, Subscription(fields: [.acComm, .acEtime], filter: filter))
            let failed = try Host.start(["sh", "-c", "exit 3"])
            let pid = UInt32(failed.pid)
            _ = try failed.finish()
            _ = try Host.run(["true"])
            _ = try Host.run(["false"])
            let records = try subscriber.leave().exits
            #expect(records.map(\.pid) == [pid])
            #expect(records.first?.task.present == [.acComm, .acEtime])
        }
    }
}

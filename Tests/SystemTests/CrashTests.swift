import Glibc
import Taskstats
import TestSupport
import Testing

extension SystemTests {
    /// TASKSTATS_KILLS sets how often the daemon is killed.
    @Suite struct CrashTests {
        private static let kills = Requested.number("TASKSTATS_KILLS") ?? 20

        @Test func `a user that takes over its port ids receives nothing, and clients see a new instance`() throws {
            let directory = try TemporaryDirectory()
            var daemon = try RunningDaemon(in: directory)
            var instances: Set<String> = []
            for _ in 0..<Self.kills {
                let subscriber = try Subscriber(daemon)
                #expect(instances.insert(subscriber.connection.server.instance).inserted)
                let received = try Stranger.recordsReceived(onPorts: NetlinkPorts.ofProcess(daemon.pid)) {
                    _ = try daemon.stop(signal: SIGKILL)
                    daemon = try RunningDaemon(in: directory)
                }
                #expect(received == 0)
                withExtendedLifetime(subscriber) {}
            }
            #expect(try instances.insert(daemon.connect().server.instance).inserted)
            print("crashes: \(Self.kills) kills and restarts, \(instances.count) instances, nothing for the stranger")
        }

        @Test func `nor does one that takes them over after 'taskstatsd --sweep', without another daemon`() throws {
            for _ in 0..<Self.kills {
                let daemon = try RunningDaemon()
                let subscriber = try Subscriber(daemon)
                let received = try Stranger.recordsReceived(onPorts: NetlinkPorts.ofProcess(daemon.pid)) {
                    _ = try daemon.stop(signal: SIGKILL)
                    let sweep = try Host.run([try ChildProcess.product("taskstatsd"), "--sweep"])
                    #expect(sweep.status == 0, "\(sweep.errors)")
                    #expect(
                        sweep.output.hasPrefix(
                            "swept CPU \(try Host.text("/sys/devices/system/cpu/online").dropLast())"))
                }
                #expect(received == 0)
                withExtendedLifetime(subscriber) {}
            }
            print("crashes: \(Self.kills) kills and sweeps, nothing for the stranger")
        }

        @Test func `without the sweep it does receive records`() throws {
            // Any exit on a CPU before the port is taken over makes the kernel remove it; on a busy machine one comes
            // soon.
            let patience = 100
            var (killed, seen) = (0, 0)
            while killed < Self.kills || seen == 0 && killed < patience {
                let daemon = try RunningDaemon()
                let subscriber = try Subscriber(daemon)
                let received = try Stranger.recordsReceived(onPorts: NetlinkPorts.ofProcess(daemon.pid)) {
                    _ = try daemon.stop(signal: SIGKILL)
                }
                withExtendedLifetime(subscriber) {}
                killed += 1
                if received > 0 { seen += 1 }
            }
            #expect(seen > 0, "a killed daemon's registrations were never seen in \(killed) attempts")
            print("crashes: \(killed) kills without a sweep, records for the stranger after \(seen) of them")
        }

        @Test func `a sweep beside a running daemon does not affect it`() throws {
            let daemon = try RunningDaemon()
            let subscriber = try Subscriber(daemon)
            let sweep = try Host.start([try ChildProcess.product("taskstatsd"), "--sweep"])
            let pid = UInt32(sweep.pid)
            #expect(try sweep.finish().status == 0)
            let ended = try (0..<Host.onlineCPUs).flatMap { cpu in
                try ExitLoad(finishing: ExitLoad.start(cpu: cpu, processes: 5, threads: 0)).ids
            }
            let events = try subscriber.leave()
            #expect(events.lost == 0)
            #expect(Set(events.exits.map(\.pid)).isSuperset(of: ended))
            let children = events.exits.filter { $0.task[.acPpid] == UInt64(pid) }
            #expect(Set(children.map(\.cpu)).count == Host.onlineCPUs, "a child ended on every CPU")
            withExtendedLifetime(daemon) {}
        }
    }
}

import Glibc
import Taskstats
import TestSupport
import Testing

extension SystemTests {
    /// get agrees with other sources.
    @Suite struct GetTests {
        @Test func `an independent reader gets the same for a sleeping process, field by field`() throws {
            let daemon = try RunningDaemon()
            let connection = try daemon.connect()
            let sleeper = try Sleeper()
            let before = try independentRecord(of: sleeper.pid)
            let record = try connection.stats(ofTask: sleeper.pid)
            let after = try independentRecord(of: sleeper.pid)

            // Values that change with time, even while sleeping. The start is computed from the age whenever it is read,
            // to the second, so it varies by one.
            let growing: Set<Field> = [.acEtime, .acTgetime]
            let computed: Set<Field> = [.acBtime, .acBtime64]
            // Values that the kernel did not count are 0 there and absent here.
            let uncounted = record.hasUncountedDelays ? WaitKind.delayAccountingFields : []
            for field in uncounted { #expect(before[field.name] == "0" || before[field.name] == nil, "\(field.name)") }
            let names = Set(uncounted.map(\.name))
            #expect(Set(record.present.map(\.name)) == Set(before.keys).subtracting(names))
            for field in record.present where field != .acComm {
                let (earlier, value, later) = (number(before, field), record[field], number(after, field))
                if growing.contains(field) {
                    let (earlier, value, later) = (try #require(earlier), try #require(value), try #require(later))
                    #expect(earlier < value && value < later, "\(field.name)")
                } else if computed.contains(field) {
                    let (earlier, value, later) = (try #require(earlier), try #require(value), try #require(later))
                    #expect((min(earlier, later) - 1...max(earlier, later) + 1).contains(value), "\(field.name)")
                } else {
                    #expect(value == earlier && value == later, "\(field.name)")
                }
            }
            #expect(record.command == before["ac_comm"])
        }

        @Test func `/proc has the same uid, command, context switches and faults`() throws {
            let daemon = try RunningDaemon()
            let sleeper = try Sleeper()
            let record = try daemon.connect().stats(ofTask: sleeper.pid)
            let status = Dictionary(
                try Host.text("/proc/\(sleeper.pid)/status").split(separator: "\n").compactMap { line in
                    let parts = line.split { $0 == ":" || $0 == "\t" }
                    return parts.count > 1 ? (String(parts[0]), String(parts[1])) : nil
                }
            ) { first, _ in first }
            let stat = try Host.text("/proc/\(sleeper.pid)/stat").split(separator: " ").map(String.init)
            #expect(record[.acUid].map(String.init) == status["Uid"])
            #expect(record[.acGid].map(String.init) == status["Gid"])
            #expect(record[.acPpid].map(String.init) == status["PPid"])
            #expect(record.command == status["Name"])
            #expect(record[.nvcsw].map(String.init) == status["voluntary_ctxt_switches"])
            #expect(record[.nivcsw].map(String.init) == status["nonvoluntary_ctxt_switches"])
            #expect(record[.acMinflt].map(String.init) == stat[9])
            #expect(record[.acMajflt].map(String.init) == stat[11])
        }

        @Test func `the sums of a process are queried by its id`() throws {
            let daemon = try RunningDaemon()
            let connection = try daemon.connect()
            let sleeper = try Sleeper()
            let task = try connection.stats(ofTask: sleeper.pid)
            let process = try connection.stats(ofProcess: sleeper.pid)
            #expect(process.kind == .process)
            #expect(process[.cpuCount] == task[.cpuCount])
            #expect(process[.acUid] == nil)
        }

        @Test func `a missing task is reported as such`() throws {
            let connection = try RunningDaemon().connectHolding()
            let ended = try Host.start(["true"])
            let pid = ended.pid
            _ = try ended.finish()
            #expect(throws: TaskstatsError.self) { try connection.value.stats(ofTask: pid) }
            do throws(TaskstatsError) {
                _ = try connection.value.stats(ofTask: pid)
            } catch {
                #expect(error.code == .noSuchTask)
            }
        }

        @Test(.enabled(if: Host.mount(ofType: "cgroup") != nil, "needs a mounted cgroup of version 1"))
        func `a cgroup of version 1 has its tasks counted`() throws {
            let path = try #require(Host.mount(ofType: "cgroup"))
            let connection = try RunningDaemon().connectHolding()
            let stats = try connection.value.stats(ofCgroup: path)
            #expect(stats.running + stats.sleeping > 0)
            #expect(refusal(of: path + "/none", connection.value) == .invalidParameters)
        }

        @Test(.enabled(if: Host.mount(ofType: "cgroup2") != nil, "needs a mounted cgroup of version 2"))
        func `a cgroup of version 2 is not available`() throws {
            let path = try #require(Host.mount(ofType: "cgroup2"))
            let connection = try RunningDaemon().connectHolding()
            #expect(refusal(of: path, connection.value) == .unavailable)
        }

        @Test func `a directory that is no cgroup is refused`() throws {
            let connection = try RunningDaemon().connectHolding()
            #expect(refusal(of: "/etc", connection.value) == .permissionDenied)
        }

        private func refusal(of cgroup: String, _ connection: TaskstatsConnection) -> TaskstatsError.Code? {
            do throws(TaskstatsError) { _ = try connection.stats(ofCgroup: cgroup) } catch { return error.code }
            return nil
        }

        private func independentRecord(of pid: pid_t) throws -> [String: String] {
            let result = try Host.run(["python3", Script.path("independent_get.py"), "\(pid)"])
            try #require(result.status == 0, "\(result.errors)")
            return Dictionary(
                uniqueKeysWithValues: result.output.split(separator: "\n").map { line in
                    let words = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
                    return (String(words[0]), String(words[1]))
                })
        }

        private func number(_ record: [String: String], _ field: Field) -> UInt64? {
            record[field.name].flatMap { text in UInt64(text) ?? Int64(text).map { UInt64(bitPattern: $0) } }
        }
    }
}

/// A process that sleeps until it is released.
final class Sleeper {
    let pid: pid_t
    private var child: ChildProcess?

    /// Starts it, as root or as another user, and waits until it is asleep.
    init(_ launcher: ([String]) -> [String] = { $0 }) throws {
        let child = try Host.start(launcher(["sleep", "1000"]))
        pid = child.pid
        self.child = consume child
        try wait(for: "the sleep of pid \(pid)") { [pid] in try Host.text("/proc/\(pid)/stat").contains("(sleep) S ") }
    }

    deinit {
        guard let child = child.take() else { return }
        child.send(signal: SIGKILL)
        _ = try? child.finish()
    }
}

extension RunningDaemon {
    /// A connection that keeps the daemon running.
    struct Held {
        let daemon: RunningDaemon
        let value: TaskstatsConnection
    }

    func connectHolding() throws -> Held { Held(daemon: self, value: try connect()) }
}

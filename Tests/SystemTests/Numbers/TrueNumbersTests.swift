import CLinux
import Glibc
import Taskstats
import TestSupport
import Testing

extension SystemTests {
    /// The daemon's reports are true.
    @Suite struct TrueNumbersTests {
        @Test
        func `a wait is a fact unless it is longer than its task lived: then it is named, with its value`() throws {
            let accounting = try DelayAccounting(isOn: true)
            defer { withExtendedLifetime(accounting) {} }
            let daemon = try RunningDaemon()
            let subscriber = try Subscriber(daemon, Subscription(filter: Subscriber.ownTasks))
            let reference = try ReferenceListener(cpu: 0)
            var pids = [Int32](repeating: 0, count: 40)
            let count = unsafe clinux_sync_under_load(0, "/var/tmp", &pids, Int32(pids.count))
            try #require(count > 0)
            let kernel = try reference.finish()
            let exits = try subscriber.leave()
            #expect(exits.lost == 0)

            var impossible = 0
            for pid in pids.prefix(Int(count)).map(UInt32.init) {
                let written = try #require(kernel[pid])
                let total = try #require(written.kernelValue(of: .blkioDelayTotal))
                let life = try #require(written[.acEtime]) * 1_000
                let record = try exits.record(of: pid).task
                if total > life + life / 500 {
                    impossible += 1
                    #expect(record.implausibleWaits == [.blkio])
                    #expect(record.implausibleValue(of: .blkioDelayTotal) == total)
                    #expect(record.present.intersection(WaitKind.blkio.fields).isEmpty)
                } else {
                    #expect(record[.blkioDelayTotal] == total)
                    #expect(record.implausible.isEmpty)
                }
            }
            print("\(impossible) of \(count) writers have an impossible wait")
        }

        @Test func `doctor reports the kernel fault exactly where the kernel has it`() throws {
            let accounting = try DelayAccounting(isOn: true)
            defer { withExtendedLifetime(accounting) {} }
            let daemon = try RunningDaemon()
            let subscriber = try Subscriber(daemon)
            let run = try Host.run([try ChildProcess.product("tsctl"), "doctor", "--socket", daemon.socket])
            let isFaulty = try subscriber.leave().exits.contains { $0.task.implausibleWaits.contains(.blkio) }
            let verdict = isFaulty ? "warning  block I/O waits      kernel fault: " : "ok       block I/O waits "
            #expect(run.output.contains(verdict), "\(run.output)")
            let sums = try daemon.connect().server.processSumsAreComplete
            #expect(sums != nil)
            #expect(run.output.contains("\(sums == true ? "ok     " : "warning")  process sums "), "\(run.output)")
        }

        @Test func `waits of tasks that began before delay accounting was turned on are absent, not 0`() throws {
            let accounting = try DelayAccounting(isOn: false)
            let daemon = try RunningDaemon()
            let connection = try daemon.connect()
            let early = try Sleeper()
            let whileOff = try connection.stats(ofTask: early.pid)
            #expect(whileOff.hasUncountedDelays)
            #expect(whileOff.present.intersection(WaitKind.delayAccountingFields).isEmpty)
            #expect(whileOff[.cpuCount] != nil)

            try accounting.set(true)
            let late = try Sleeper()
            for uncounted in [
                try connection.stats(ofTask: early.pid), try connection.stats(ofProcess: early.pid),
            ] {
                #expect(uncounted.hasUncountedDelays)
                #expect(uncounted.present.intersection(WaitKind.delayAccountingFields).isEmpty)
            }
            for counted in [try connection.stats(ofTask: late.pid), try connection.stats(ofProcess: late.pid)] {
                #expect(!counted.hasUncountedDelays)
                // A child gets its pages by copying them.
                #expect(try #require(counted[.wpcopyCount]) > 0)
                #expect(counted[.swapinCount] == 0)
            }

            let subscriber = try Subscriber(daemon)
            for pid in [early.pid, late.pid] { kill(pid, SIGKILL) }
            let pids = [early.pid, late.pid]
            _ = (consume early, consume late)
            let exits = try subscriber.leave()
            let (ofEarly, ofLate) = (try exits.record(of: UInt32(pids[0])), try exits.record(of: UInt32(pids[1])))
            #expect(ofEarly.task.hasUncountedDelays)
            #expect(ofEarly.task[.wpcopyCount] == nil)
            #expect(!ofLate.task.hasUncountedDelays)
            #expect(try #require(ofLate.task[.wpcopyCount]) > 0)
        }

        @Test func `an exit has dumped core exactly when wait() says so, whatever its accounting flags`() throws {
            let daemon = try RunningDaemon()
            let subscriber = try Subscriber(daemon)
            let script = """
                import os, resource, signal, sys
                os.chdir(sys.argv[1])
                for limit in (0, resource.RLIM_INFINITY):
                    child = os.fork()
                    if child == 0:
                        resource.setrlimit(resource.RLIMIT_CORE, (limit, limit))
                        os.kill(os.getpid(), signal.SIGSEGV)
                    print(child, int(os.WCOREDUMP(os.waitpid(child, 0)[1])))
                """
            let directory = try TemporaryDirectory()
            _ = directory.file("core")
            let run = try Host.run(["python3", "-c", script, directory.path])
            try #require(run.status == 0, "\(run.errors)")
            let exits = try subscriber.leave()
            var dumped: [Bool] = []
            for line in run.output.split(separator: "\n") {
                let words = line.split(separator: " ")
                let record = try exits.record(of: try #require(UInt32(words[0])))
                #expect(record.exit == .signal(UInt8(SIGSEGV), coreDumped: words[1] == "1"))
                #expect(record.task.flags?.contains(.dumpedCore) == true, "the kernel sets ACORE even without a core")
                dumped.append(words[1] == "1")
            }
            #expect(dumped.first == false)
            #expect(dumped.count == 2)
        }
    }
}

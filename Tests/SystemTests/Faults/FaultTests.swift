import Glibc
import TestSupport
import Testing

extension SystemTests {
    /// Makes system calls of the daemon fail: strace lets every third call of one kind fail with an error that the
    /// kernel can return, while random clients run and storms of tasks end.
    ///
    /// The daemon may refuse a request and cut a client off; it must not end, and the lines that each client received
    /// until then must add up to the ended tasks.
    @Suite struct FaultTests {
        @Test(arguments: Fault.all)
        func `whatever call of the loop fails, the daemon stays and the accounting is exact`(_ fault: Fault) throws {
            let seed = UInt64(Requested.number("TASKSTATS_SEED") ?? 1)
            let daemon = try RunningDaemon(ConservationRun.limits(seed: seed) + ["--log-level", "notice"])
            // The script, and a python3 found in PATH, may be readable only for their owner.
            let script = try Host.text(Script.path("asker.py"))
            var asker = try Host.start(Host.asNobody(["/usr/bin/python3", "-c", script, daemon.socket]))
            try #require(try asker.line() == "ready")

            let injection = try Injection.begin(fault, in: daemon.pid)
            let size = ConservationRun.Size(rounds: 2, tasksPerStorm: 300)
            let run = try ConservationRun(seed: seed, size: size, daemon: daemon, allowsRefusals: true)
            try run.begin()
            let faults = try injection.end()
            let outcome = try run.end()
            asker.send(signal: SIGTERM)
            let asked = try asker.finish()

            for problem in outcome.problems.prefix(20) { Issue.record("\(problem)") }
            #expect(faults > 0, "no call was made to fail")
            #expect(asked.status == 0 && asked.output.contains("\"records\""), "\(asked)")
            #expect(try daemon.stop().status == 0)
            print("\(fault), \(faults) times: \(outcome); asked: \(asked.output)", terminator: "")
        }
    }
}

import TestSupport
import Testing

extension SystemTests {
    /// Reading processes in real time.
    @Suite(.timeLimit(.minutes(2))) struct OriginPriorityTests {
        @Test(.enabled(if: Host.onlineCPUs > 1 && !Requested.isSanitized, "needs two CPUs"))
        func `a storm of processes leaves a normal program a part of the CPU on which they are read`() throws {
            let program = try OriginProgram()
            let daemon = try RunningDaemon(["--origin-priority", "--cpu-affinity", "0"])
            let line =
                try Script.numbers(
                    Script.command("origin_storm.py", daemon.socket, program.path, "\(daemon.pid)", "5")
                ).first ?? []
            try #require(line.count == 4)
            let (busy, thread, isRealTime, starts) = (line[0], line[1], line[2], line[3])
            #expect(isRealTime == 1, "no thread ran in real time")
            #expect(busy >= 25, "the program had \(busy) % of the CPU")
            #expect(thread <= 65, "a thread of the daemon had \(thread) % of the CPU")
            print(
                "real time: a program had \(busy) % of the CPU, the daemon's thread \(thread) %, at \(starts) starts in 5 s"
            )
        }
    }
}

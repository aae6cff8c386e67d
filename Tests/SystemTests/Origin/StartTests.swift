import TestSupport
import Testing

extension SystemTests {
    /// The starts of programs.
    @Suite(.timeLimit(.minutes(2))) struct StartTests {
        @Test func `every execution is reported once, with sequence numbers without gaps`() throws {
            let program = try OriginProgram()
            let daemon = try RunningDaemon(RunningDaemon.roomForStorms)
            let line = try Script.numbers(Script.command("origin_starts.py", daemon.socket, program.path)).first ?? []
            try #require(line.count == 7)
            let (executed, reported, missing, surplus, lost) = (line[0], line[1], line[2], line[3], line[4])
            #expect(executed == 390)
            #expect(missing <= lost && surplus == 0)
            #expect(reported + lost >= executed)
            #expect(line[5] == 0 && line[6] == 0, "\(line[5]) losses elsewhere, \(line[6]) missing numbers")
            print("O8: \(executed) executions, \(reported) starts, \(lost) reported as lost")
        }

        @Test func `executions that do not fit into the receive buffer are reported as lost`() throws {
            let program = try OriginProgram()
            let daemon = try RunningDaemon(RunningDaemon.roomForStorms)
            let line =
                try Script.numbers(
                    Script.command("origin_starts.py", daemon.socket, program.path, "\(daemon.pid)")
                ).first ?? []
            try #require(line.count == 7)
            let (executed, reported, missing, surplus, lost) = (line[0], line[1], line[2], line[3], line[4])
            #expect(missing > 0, "nothing was lost")
            #expect(missing <= lost && surplus == 0)
            #expect(reported >= 10, "no starts after the loss")
            #expect(line[5] == 0 && line[6] == 0, "\(line[5]) losses elsewhere, \(line[6]) missing numbers")
            let status = try daemon.connect().status()
            #expect((status.daemon?.origin?.eventsLost ?? 0) > 0)
            print("O8 with an overflow: \(executed) executions, \(reported) starts, \(lost) reported as lost")
        }
    }
}

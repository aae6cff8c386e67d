import TestSupport
import Testing

extension SystemTests {
    /// Readers that are killed at any time, and resume from the daemon's history.
    @Suite struct KilledReaderTests {
        @Test(arguments: [["--history", "64M"], ["--history", "1M"]])
        func `what all of them have written is every record once, or a loss with its exact count`(
            _ options: [String]
        ) throws {
            let daemon = try RunningDaemon(
                options + RunningDaemon.roomForStorms, program: RunningDaemon.installable)
            let kills = Requested.number("TASKSTATS_KILLS") ?? 25
            let seed = Requested.number("TASKSTATS_SEED") ?? 1
            let written = daemon.directory.file("written")
            let results = try Script.numbers(
                Script.command("resuming.py", daemon.socket, written, "\(kills)", "\(seed)"))
            let numbers = try #require(results.first)
            print("killed readers, \(options[1]): kills, tasks, exits, lost, missing, doubled: \(numbers)")
            #expect(numbers[2] > numbers[1] / 4, "hardly any exits were read")
            #expect(numbers[4...] == [0, 0])
            #expect(try daemon.stop().status == 0)
        }
    }
}

import TestSupport
import Testing

extension SystemTests {
    /// Clients that are killed at any time, and resume from the daemon's history.
    @Suite struct KilledReaderTests {
        @Test(arguments: [["--history", "64M"], ["--history", "1M"]])
        func `what all readers have written is every record once, or a loss with its exact count`(
            _ options: [String]
        ) throws {
            let daemon = try RunningDaemon(options + RunningDaemon.roomForStorms, program: RunningDaemon.installable)
            let written = daemon.directory.file("written")
            let numbers = try numbers("reader", daemon, written)
            print("killed readers, \(options[1]): kills, tasks, exits, lost, missing, doubled: \(numbers)")
            #expect(numbers[2] > numbers[1] / 4, "hardly any exits were read")
            #expect(numbers[4...] == [0, 0])
            #expect(try daemon.stop().status == 0)
        }

        @Test func `what all recorders have written is every record once`() throws {
            let daemon = try RunningDaemon(
                ["--history", "64M"] + RunningDaemon.roomForStorms, program: RunningDaemon.installable)
            let directory = daemon.directory.file("recordings")
            let numbers = try numbers("recorder", daemon, directory, try ChildProcess.product("tsctl"))
            print("killed recorders: kills, tasks, exits, lost, missing, doubled: \(numbers)")
            #expect(numbers[2] > 100 * numbers[0], "hardly any exits were recorded")
            #expect(numbers[3...] == [0, 0, 0])
            #expect(try daemon.stop().status == 0)
        }

        @Test func `what all shippers have delivered is every record at least once, and the union is exact`() throws {
            let daemon = try RunningDaemon(
                ["--history", "64M"] + RunningDaemon.roomForStorms, program: RunningDaemon.installable)
            let directory = daemon.directory.file("shipped")
            let numbers = try numbers("shipper", daemon, directory)
            print("killed shippers: kills, tasks, exits, lost, missing, doubled, delivered again: \(numbers)")
            #expect(numbers[2] >= numbers[1], "not every exit was delivered")
            #expect(numbers[6] > 0, "no shipper was killed between a delivery and its cursor")
            #expect(numbers[3...5] == [0, 0, 0])
            #expect(try daemon.stop().status == 0)
        }

        private func numbers(
            _ mode: String, _ daemon: RunningDaemon, _ place: String, _ tool: String...
        ) throws -> [Int] {
            let kills = Requested.number("TASKSTATS_KILLS") ?? 10
            let seed = Requested.number("TASKSTATS_SEED") ?? 1
            let script = ["python3", "-B", Script.path("resuming.py"), mode]
            let results = try Script.numbers(script + [daemon.socket, place, "\(kills)", "\(seed)"] + tool)
            return try #require(results.first)
        }
    }
}

import Glibc
import TestSupport
import Testing

extension SystemTests {
    /// Changes between the daemon's checks of a process, made while the daemon is held at its query to the kernel: so
    /// each test is certain to hit its case.
    @Suite struct AccessRaceTests {
        /// A daemon with gate.c preloaded, and the output of races.py: change, get, place, outcome.
        private func outcomes(rounds: Int) throws -> [[String]] {
            let workshop = try Workshop()
            let (gate, held) = try workshop.gate()
            let daemon = try RunningDaemon(under: held)
            let program = try workshop.program("target")
            return try Script.fields(
                workshop.command("races.py", daemon.socket, workshop.directory.path, program, gate, "\(rounds)"))
        }

        @Test
        func `it is shown only if both checks and the kernel's answer are of one process with equal rights`() throws {
            let rounds = Requested.number("TASKSTATS_REUSES") ?? 10
            let lines = try outcomes(rounds: rounds)
            let (places, reuses) = (5, 3)
            let (others, around) = (6, 6)
            #expect(lines.count == places * (others + reuses * rounds) + around)
            for line in lines {
                try #require(line.count == 5)
                let (change, place, outcome) = (line[1], line[3], line[4])
                let expected =
                    switch change {
                    case "none": "yes"
                    case "ends": "gone"
                    // The daemon queries again, and the process with the number then also belongs to its owner.
                    case "its number is another process of its owner": "yes"
                    default: "no"
                    }
                #expect(outcome == expected, "get by \(line[2]), \(place) the question: \(change)")
            }
            let reused = lines.filter { $0[1].hasPrefix("its number is") && !$0[1].hasSuffix("of its owner") }
            print("R10: \(reused.count) numbers given away during a get, \(reused.count { $0[4] == "yes" }) leaks")
        }

        @Test func `a process that executes programs of its owner is shown to its owner`() throws {
            let gets = 2_000
            let workshop = try Workshop()
            let daemon = try RunningDaemon(["--requests-per-second", "1000000"])
            let program = try workshop.program("executes")
            let lines = try Script.fields(
                workshop.command("executing.py", daemon.socket, workshop.directory.path, program, "\(gets)"))
            print("R10: get of a process that executes programs: \(lines)")
            #expect(lines == [["pid", "\(gets)", "0"], ["tgid", "\(gets)", "0"]])
        }

        /// Without holding the daemon, repeated as often as desired: the process changes as fast as it can.
        @Test
        func `a process that alternates between its owner's rights and more is never shown while it has more`() throws {
            let gets = Requested.number("TASKSTATS_FLIPS") ?? 2_000
            let workshop = try Workshop()
            let daemon = try RunningDaemon(["--requests-per-second", "1000000"])
            let command = workshop.command(
                "flips.py", daemon.socket, workshop.directory.path, try workshop.program("flip"), "\(gets)")
            let lines = try Script.fields(command)
            #expect(lines.map(\.[0]) == ["set-uid root", "set-uid other", "set-gid"])
            for line in lines {
                let counts = line.dropFirst().compactMap { Int($0) }
                try #require(counts.count == 4)
                let (shown, denied, others, leaks) = (counts[0], counts[1], counts[2], counts[3])
                print("R10: \(line[0]) and back: of \(gets) gets \(shown) shown, \(denied) denied, \(leaks) leaks")
                #expect(leaks == 0 && others == 0)
                #expect(shown > 0 && denied > 0, "it must be seen with both kinds of rights")
                #expect(shown + denied == gets)
            }
        }
    }
}

import Glibc
import TestSupport
import Testing

extension SystemTests {
    /// What changes between the looks of the daemon at a process, brought about while the daemon is held at its question to
    /// the kernel: so each test is certain to hit what it is about.
    @Suite("A process that changes while it is asked about")
    struct AccessRaceTests {
        /// The daemon with gate.c in it, and what races.py printed: change, get, place, outcome.
        private func outcomes(rounds: Int) throws -> [[String]] {
            let workshop = try Workshop()
            let (gate, held) = try workshop.gate()
            let daemon = try RunningDaemon(under: held)
            let program = try workshop.program("target")
            return try Script.fields(
                workshop.command("races.py", daemon.socket, workshop.directory.path, program, gate, "\(rounds)"))
        }

        @Test("It is shown only when both looks and the kernel's answer are of the same process with the same rights")
        func changes() throws {
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
                    // The kernel knows it no more, or was asked before.
                    case "ends": place == "after" ? "no" : "gone"
                    default: "no"
                    }
                #expect(outcome == expected, "get by \(line[2]), \(place) the question: \(change)")
            }
            let reused = lines.filter { $0[1].hasPrefix("its number is") }
            print("R10: \(reused.count) numbers given away during a get, \(reused.count { $0[4] == "yes" }) leaks")
        }

        /// Not held, as often as wished: the process is as fast as it can be.
        @Test("One that is by turns its owner's and one with more rights is never shown while it has them")
        func flips() throws {
            let gets = Requested.number("TASKSTATS_FLIPS") ?? 5_000
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
                #expect(shown > 0 && denied > 0, "it was not seen with both kinds of rights")
                #expect(shown + denied == gets)
            }
        }
    }
}

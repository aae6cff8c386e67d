import TestSupport
import Testing

extension SystemTests {
    /// Personas by targets by methods.
    ///
    /// The kernel is the oracle: whether the persona itself can open and read /proc/PID/io at that time. Where the
    /// daemon must answer otherwise, the table gives the reason.
    @Suite struct AccessMatrixTests {
        /// One persona and one target, with the outcome of each method.
        private struct Cell {
            let oracle, pid, tgid, exit: String

            func answer(_ method: Difference.Method) -> String { method == .pid ? pid : tgid }
        }

        private struct Matrix {
            var tiers: [String: [String]] = [:]
            var cells: [String: [String: Cell]] = [:]

            init(_ lines: [[String]]) throws {
                for line in lines {
                    if line[0] == "tier" {
                        tiers[line[1]] = Array(line[2...])
                    } else {
                        try #require(line[0] == "cell" && line.count == 7)
                        cells[line[1], default: [:]][line[2]] =
                            Cell(oracle: line[3], pid: line[4], tgid: line[5], exit: line[6])
                    }
                }
            }

            subscript(persona: Persona, target: Target) -> Cell? { cells[persona.name]?[target.name] }

            /// Four outcomes per pair: reading /proc/PID/io, get by pid, get by tgid, the exit record.
            var text: String {
                let signs = [
                    "yes": "y", "no": "n", "gone": "-", "refused": "x", "whole": "e", "withheld": "w", "none": ".",
                ]
                func sign(_ word: String) -> String { signs[word] ?? "(\(word))" }
                let heads = Persona.all.enumerated().map { "   \($0.offset + 1) \($0.element.name)" }
                let rows = Target.all.map { target in
                    let cells = Persona.all.map { persona in
                        self[persona, target].map { [$0.oracle, $0.pid, $0.tgid, $0.exit].map(sign).joined() } ?? "????"
                    }
                    return target.name + String(repeating: " ", count: max(1, 48 - target.name.count))
                        + cells.joined(separator: " ")
                }
                return """
                    R10: reading /proc/PID/io, get by pid, get by tgid: y yes, n no, - gone, x not served; \
                    the exit record: e whole, w without io, . none
                    \(heads.joined(separator: "\n"))
                    \(rows.joined(separator: "\n"))
                    """
            }
        }

        @Test(arguments: [false, true])
        func `every persona sees every target as the kernel shows it, except where the table differs`(showsOwnIO: Bool)
            throws
        {
            let workshop = try Workshop()
            let daemon = try RunningDaemon(["--group", "nogroup"] + (showsOwnIO ? ["--show-own-io"] : []))
            let command = workshop.command(
                "matrix.py", daemon.socket, workshop.directory.path, try workshop.program("target"))
            let matrix = try Matrix(Script.fields(command))
            print(matrix.text)
            #expect(Set(matrix.cells.keys) == Set(Persona.all.map(\.name)))

            for persona in Persona.all {
                let shown = ["all": "daemon", "own": "own", "none": "refused"]
                #expect(matrix.tiers[persona.name] == [persona.tier, shown[persona.tier] ?? ""], "\(persona.name)")
                #expect(matrix.cells[persona.name]?.count == Target.all.count)
                for target in Target.all {
                    let cell = try #require(matrix[persona, target])
                    for method in Difference.Method.allCases {
                        let difference = Difference.all.first { $0.covers(persona, target, method) }
                        #expect(
                            cell.answer(method) == difference?.answer ?? cell.oracle,
                            "\(persona.name), \(method), \(target.name): \(difference?.why ?? "as the kernel")")
                    }
                    #expect(
                        cell.exit == exit(of: target, to: persona, showsOwnIO: showsOwnIO),
                        "\(persona.name) sees \(target.name) end")
                }
            }
            // An exception in the table that does not occur could hide one that does.
            for difference in Difference.all {
                for persona in difference.personas {
                    let cells = difference.targets.compactMap { matrix[persona, $0] }
                    let isNeeded = cells.contains { cell in
                        difference.methods.contains { cell.answer($0) != cell.oracle }
                    }
                    #expect(isNeeded, "\(persona.name): \(difference.why)")
                }
            }
            expectOracle(matrix)
        }

        /// An oracle must have both answers.
        private func expectOracle(_ matrix: Matrix) {
            func readable(_ persona: String) -> Set<String> {
                Set((matrix.cells[persona] ?? [:]).filter { $0.value.oracle == "yes" }.map(\.key))
            }
            #expect(readable("root") == Set(Target.all.map(\.name)).subtracting(["gone"]))
            let own: Set = ["plain", "of a strange name", "a thread of it", "in a pid namespace", "the client itself"]
            #expect(readable("owner") == own.union(Target.namespaced.map(\.name)))
            #expect(readable("owner in a user namespace") == ["the client itself"])
            #expect(readable("other user in the owner's group").contains("other user's in the owner's group"))
        }

        /// Returns the expected exit records: all for clients with access to everything, others by real uid.
        private func exit(of target: Target, to persona: Persona, showsOwnIO: Bool) -> String {
            if persona.tier == "none" { return "refused" }
            if target.exit == .none { return "none" }
            if persona.tier == "all" { return "whole" }
            if persona.user != target.user { return "none" }
            return target.exit == .withoutIO || Persona.confined.contains(persona) || !showsOwnIO
                ? "withheld" : "whole"
        }
    }
}

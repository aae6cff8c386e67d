import CommandSupport
import Taskstats

/// The table of the processes that a command ran: each is indented below the one that started it.
enum ProcessTreeTable {
    /// The maximum number of rows.
    static let mostProcesses = 100

    /// Returns the heading and the rows; empty without children of the command, and if the tree is unknown.
    static func lines(_ run: RunOutcome, width: Int?) -> [String] {
        guard let tree = run.tree, tree.count > 1 else { return [] }
        let columns = ["ELAPSED ms", "RUN ms", "EXIT", "COMMAND LINE"].map {
            Column(title: $0, alignment: $0.hasSuffix("ms") ? .right : .left, width: 0)
        }
        let rows = tree.prefix(mostProcesses).map { entry in
            [
                entry.process.details.elapsedNanoseconds.map { DecimalText.shortMilliseconds(nanoseconds: $0) },
                entry.process.details.cpuTime.map(CPUTimeText.milliseconds),
                entry.process.details.exit.map(ExitText.cell), entry.text,
            ].map { $0 ?? "-" }
        }
        let lines = Table.lines(rows, columns).map { line in width.map { PrintableText.cut(line, to: $0) } ?? line }
        let remaining = UInt64(tree.count - rows.count) + run.omittedFromTree
        return lines + (remaining > 0 ? ["(\(remaining) more processes)"] : [])
    }
}

extension DescentTree<ProcessTree.Details>.Entry {
    /// The command line, indented by the depth; for people.
    var text: String {
        String(repeating: "  ", count: depth)
            + (OriginText.commandLine(process.details.origin, name: process.details.command) ?? "-")
    }
}

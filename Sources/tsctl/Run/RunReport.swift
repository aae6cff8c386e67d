import CommandSupport
import Taskstats

/// The report of `run`, for people.
struct RunReport {
    private let run: RunOutcome
    private let command: [String]
    private let server: ServerInfo
    private let style: Style
    /// The width of the terminal; nil for lines of any length.
    private let width: Int?

    init(_ run: RunOutcome, of command: [String], server: ServerInfo, style: Style, width: Int? = nil) {
        self.run = run
        self.command = command
        self.server = server
        self.style = style
        self.width = width
    }

    /// Whether the report includes other processes than the command.
    private var hasOthers: Bool { run.all.processes > 1 }

    var lines: [String] {
        let notes = notes.map { ("note", String?.some($0)) }
        let parts = [
            Table.facts(outcome), headed(waits), headed(usage), headed(commands),
            headed(ProcessTreeTable.lines(run, width: width)), Table.facts(notes),
        ]
        return Array(parts.filter { !$0.isEmpty }.joined(separator: [""]))
    }

    private func headed(_ lines: [String]) -> [String] {
        guard let title = lines.first else { return [] }
        return [style.heading(title)] + lines.dropFirst()
    }

    // MARK: Outcome

    private var outcome: [(label: String, value: String?)] {
        let ended = ExitText.sentence(run.status)
        return [
            ("command", style.heading(PrintableText.of(command.joined(separator: " ")))),
            ("ended", run.status.isSuccess ? ended : style.failure(ended)),
            (
                "elapsed",
                [DecimalText.period(microseconds: run.elapsedMicroseconds), load].compactMap { $0 }.joined(
                    separator: ", ")
            ),
            ("counted", counted),
        ]
    }

    /// The used share of one CPU.
    private var load: String? {
        guard run.elapsedMicroseconds > 0, let busy = run.all.cpuTime else { return nil }
        let bounds = [busy.lowerNanoseconds, busy.upperNanoseconds].map { $0 / 10 / run.elapsedMicroseconds }
        let isOne = CPUTimeText.isNarrow(busy) || bounds[0] == bounds[1]
        return (isOne ? "\(bounds[0])" : "\(bounds[0])–\(bounds[1])") + " % of one CPU"
    }

    private var counted: String {
        let (tasks, processes, failed) = (run.all.tasks, run.all.processes, run.all.failed)
        // Older kernels do not distinguish threads from processes.
        if server.taskstatsVersion < 12 { return Self.count(tasks, "task") }
        return [
            Self.count(processes, "process", "processes"),
            tasks == processes ? nil : Self.count(tasks, "task"),
            failed == 0 ? nil : style.failure("\(failed) failed"),
        ].compactMap { $0 }.joined(separator: ", ")
    }

    private static func count(_ count: UInt64, _ one: String, _ many: String? = nil) -> String {
        "\(count) \(count == 1 ? one : many ?? one + "s")"
    }

    // MARK: Waits

    private var waits: [String] {
        DelayTable.lines(run.all.stats, part: hasOthers ? ("command alone", run.own.stats) : nil)
    }

    // MARK: Usage

    private static let usageRows: [(name: String, field: Field)] = [
        ("peak resident", .hiwaterRss), ("peak virtual", .hiwaterVm),
        ("minor faults", .acMinflt), ("major faults", .acMajflt),
        ("read", .readChar), ("written", .writeChar), ("read calls", .readSyscalls), ("write calls", .writeSyscalls),
        ("from storage", .readBytes), ("to storage", .writeBytes),
        ("voluntary switches", .nvcsw), ("involuntary", .nivcsw),
    ]

    private var usage: [String] {
        let rows = run.all.tasks == 0 ? [] : times + counters
        let columns = [
            Column(title: "used", alignment: .left, width: Table.factColumn - 2),
            Column(title: hasOthers ? "in all" : "value", alignment: .right, width: 24),
            Column(title: "command alone", alignment: .right, width: 16),
        ]
        return rows.isEmpty ? [] : Table.lines(rows, hasOthers ? columns : columns.dropLast())
    }

    private var times: [[String]] {
        let kinds: [(String, KeyPath<Usage, CPUTime?>)] = [
            ("CPU time", \.cpuTime), ("  user", \.userTime), ("  system", \.systemTime),
        ]
        return kinds.compactMap { name, time in
            row(name) { $0[keyPath: time].map(CPUTimeText.withUnit) }
        }
    }

    private var counters: [[String]] {
        Self.usageRows.compactMap { name, field in row(name) { cell(field, $0) } }
    }

    private func row(_ name: String, _ cell: (Usage) -> String?) -> [String]? {
        guard let all = cell(run.all) else { return nil }
        return hasOthers ? [name, all, cell(run.own) ?? "-"] : [name, all]
    }

    private func cell(_ field: Field, _ usage: Usage) -> String? {
        guard let value = usage.stats[field] else { return field.group == .io && usage.withheld > 0 ? "withheld" : nil }
        if field.group == .io, usage.tasks > 0 { return IOCountText.sum(value, of: field, tasks: usage.tasks) }
        return FieldText.of(field, in: usage.stats)
    }

    // MARK: By command

    private static let mostCommands = 20

    private var commands: [String] {
        guard hasOthers else { return [] }
        let titles = ["COMMAND", "PROCESSES", "FAILED", "RUN ms", "CPUWAIT ms", "BLKIO ms", "READ", "WRITE"]
        let columns = titles.map { Column(title: $0, alignment: $0 == "COMMAND" ? .left : .right, width: 0) }
        let commands = run.family.commands
        let rows = commands.prefix(Self.mostCommands).map { name, usage in
            [
                PrintableText.of(name: name), "\(usage.processes)", "\(usage.failed)",
                usage.cpuTime.map(CPUTimeText.milliseconds),
                usage.stats[.cpuDelayTotal].map { DecimalText.shortMilliseconds(nanoseconds: $0) },
                usage.stats[.blkioDelayTotal].map { DecimalText.shortMilliseconds(nanoseconds: $0) },
                cell(.readBytes, usage), cell(.writeBytes, usage),
            ].map { $0 ?? "-" }
        }
        let remaining = commands.count - rows.count
        return Table.lines(rows, columns) + (remaining > 0 ? ["(\(remaining) more commands)"] : [])
    }

    // MARK: Notes

    private var uncounted: String {
        guard let counted = run.countedMicroseconds else { return "the last tasks that ended may not be counted" }
        let remaining = run.elapsedMicroseconds > counted ? run.elapsedMicroseconds - counted : 0
        return
            "tasks that ended in the last \(DecimalText.period(microseconds: remaining)) of the command are not counted"
    }

    private var notes: [String] {
        var notes: [String] = []
        if let connectionError = run.connectionError {
            notes.append("\(uncounted), because the connection to taskstatsd failed: \(connectionError.message)")
        }
        if run.lost > 0 {
            notes.append("\(Self.count(run.lost, "record")) lost on this machine: the figures may be too low")
        }
        if !run.isCommandSeen, run.connectionError == nil, run.lost == 0 {
            notes.append("the record of the command is missing: it ended as a user whose tasks you cannot see")
        }
        if let living = run.living, living > 0 {
            notes.append("\(Self.count(UInt64(living), "descendant")) still running at the end, not counted")
        }
        if run.unlinked > 0 {
            notes.append(
                "\(Self.count(run.unlinked, "task")) with unknown parents ended in the meantime; "
                    + "they may belong to the command, but are not counted")
        }
        notes += run.all.omitted.notes()
        if run.all.withheld > 0 {
            notes.append(
                "I/O of \(run.all.withheld) of \(Self.count(run.all.tasks, "task")) is withheld from you: "
                    + "only root and the group taskstats see the I/O of ended tasks")
        }
        if server.access == .own { notes.append("only tasks that ended as your own user are included") }
        if server.delayAccounting == false { notes.append(DelayAccountingHint.text) }
        return notes
    }
}

import TaskstatsClient

/// What `run` says of a command, for people.
struct RunReport {
    private let run: RunOutcome
    private let command: [String]
    private let server: ServerInfo
    private let style: Style

    init(_ run: RunOutcome, of command: [String], server: ServerInfo, style: Style) {
        self.run = run
        self.command = command
        self.server = server
        self.style = style
    }

    /// Whether there is more than the command itself to tell of.
    private var hasOthers: Bool { run.all.processes > 1 }

    /// The report.
    var lines: [String] {
        let notes = notes.map { ("note", String?.some($0)) }
        return Array(
            [Table.facts(outcome), headed(waits), headed(usage), Table.facts(notes)].filter { !$0.isEmpty }
                .joined(separator: [""]))
    }

    private func headed(_ lines: [String]) -> [String] {
        guard let title = lines.first else { return [] }
        return [style.heading(title)] + lines.dropFirst()
    }

    // MARK: What happened

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

    /// How much of one CPU it took, by what the scheduler measured.
    private var load: String? {
        guard run.elapsedMicroseconds > 0, let busy = run.all.stats[.cpuRunVirtualTotal] else { return nil }
        return "\(busy / 10 / run.elapsedMicroseconds) % of one CPU"
    }

    private var counted: String {
        let (tasks, processes, failed) = (run.all.tasks, run.all.processes, run.all.failed)
        // Older kernels do not tell threads from processes.
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

    // MARK: Where it waited

    private var waits: [String] {
        DelayTable.lines(run.all.stats, part: hasOthers ? ("command alone", run.own.stats) : nil)
    }

    // MARK: What it used

    private static let usageRows: [(name: String, field: Field)] = [
        ("user time", .acUtime), ("system time", .acStime), ("time on CPU", .cpuRunVirtualTotal),
        ("peak resident", .hiwaterRss), ("peak virtual", .hiwaterVm),
        ("minor faults", .acMinflt), ("major faults", .acMajflt),
        ("read", .readChar), ("written", .writeChar), ("read calls", .readSyscalls), ("write calls", .writeSyscalls),
        ("from storage", .readBytes), ("to storage", .writeBytes),
        ("voluntary switches", .nvcsw), ("involuntary", .nivcsw),
    ]

    private var usage: [String] {
        let rows = Self.usageRows.compactMap { name, field -> [String]? in
            guard run.all.tasks > 0, let cell = cell(field, run.all) else { return nil }
            return hasOthers ? [name, cell, self.cell(field, run.own) ?? "-"] : [name, cell]
        }
        let columns = [
            Column(title: "used", alignment: .left, width: Table.factColumn - 2),
            Column(title: hasOthers ? "in all" : "value", alignment: .right, width: 24),
            Column(title: "command alone", alignment: .right, width: 16),
        ]
        return rows.isEmpty ? [] : Table.lines(rows, hasOthers ? columns : columns.dropLast())
    }

    private func cell(_ field: Field, _ usage: Usage) -> String? {
        guard let value = usage.stats[field] else { return field.group == .io && usage.withheld > 0 ? "withheld" : nil }
        // The kernel rounds what each task read and wrote down to 1,024.
        if field.group == .io, value == 0, usage.tasks > 0 {
            return "under " + (field.unit == .count ? "\(usage.tasks * 1_024)" : DecimalText.bytes(usage.tasks * 1_024))
        }
        return FieldText.of(field, in: usage.stats)
    }

    // MARK: What is missing

    private var notes: [String] {
        var notes: [String] = []
        if let trouble = run.trouble {
            notes.append("counted only up to where the connection broke: \(trouble.message)")
        }
        if run.lost > 0 {
            notes.append("\(Self.count(run.lost, "record")) lost on this machine meanwhile: the figures may be too low")
        }
        if !run.isCommandSeen, run.trouble == nil, run.lost == 0 {
            notes.append("the command's own record did not come: it ended as another user, whom you may not see")
        }
        if let living = run.living, living > 0 {
            notes.append("\(Self.count(UInt64(living), "descendant")) still ran when the command ended, not counted")
        }
        if run.unlinked > 0, server.access == .own || run.lost > 0 {
            notes.append("\(Self.count(run.unlinked, "task")) of unknown parents ended meanwhile, not counted")
        }
        if run.all.withheld > 0 {
            notes.append(
                "I/O of \(run.all.withheld) of \(Self.count(run.all.tasks, "task")) is withheld from you: "
                    + "they used root's privileges, or ended before their process")
        }
        if server.access == .own { notes.append("you see what ended as your own user, nothing else") }
        if server.delayAccounting == false { notes.append(DelayAccountingHint.text) }
        return notes
    }
}

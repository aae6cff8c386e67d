import LinuxSystem
import TaskstatsClient

/// The report of one task or process; what the kernel did not count is left out.
struct TaskScreen {
    private let record: TaskRecord
    private let id: Int32
    private let style: Style

    init(_ record: TaskRecord, id: Int32, style: Style) {
        self.record = record
        self.id = id
        self.style = style
    }

    /// The whole report, or only the members that were named.
    func lines(selected: FieldSelection?) -> [String] {
        if let selected { return members(selected) }
        let sections = [Table.facts(identity), delays, Table.facts(usage)]
        return Array(sections.filter { !$0.isEmpty }.joined(separator: [""]))
    }

    private func members(_ selected: FieldSelection) -> [String] {
        let rows = selected.fields.map { [$0.name, FieldText.of($0, in: record) ?? "-"] }
        let columns = [
            Column(title: "field", alignment: .left, width: 0), Column(title: "value", alignment: .right, width: 0),
        ]
        return headed(Table.lines(rows, columns))
    }

    private var delays: [String] { headed(DelayTable.lines(record)) }

    private func headed(_ lines: [String]) -> [String] {
        guard let title = lines.first else { return [] }
        return [style.heading(title)] + lines.dropFirst()
    }

    // MARK: Who it is

    private var identity: [(label: String, value: String?)] {
        let isProcess = record.kind == .process
        return [
            ("command", record.command.map { style.heading(PrintableText.of($0)) }),
            ("pid", isProcess ? nil : "\(id)"),
            ("process", isProcess ? "\(id)" : record[.acTgid].map { "\($0)" }),
            ("parent", record[.acPpid].map { "\($0)" }),
            ("user", record[.acUid].map(user)),
            ("nice", record.niceness.map { "\($0)" }),
            ("started", (record[.acBtime64] ?? record[.acBtime]).map(LocalClock.dateAndTime)),
            (isProcess ? "age of threads" : "age", record[.acEtime].map { DecimalText.period(microseconds: $0) }),
            // While a task lives its status reads 0, so that says nothing.
            ("ended", record.exitStatus.flatMap { $0.isSuccess ? nil : style.failure(ExitText.sentence($0)) }),
        ]
    }

    private func user(_ uid: UInt64) -> String {
        let number = UInt32(truncatingIfNeeded: uid)
        return AccountDatabase.userName(number).map { "\(PrintableText.of($0)) (\(number))" } ?? "\(number)"
    }

    // MARK: What it used

    private var usage: [(label: String, value: String?)] {
        [
            (
                "CPU time",
                list([
                    text(.acUtime, "user"), text(.acStime, "system"),
                    text(.cpuRunVirtualTotal, "measured by the scheduler"),
                ])
            ),
            ("memory", list([text(.hiwaterRss, "peak resident"), text(.hiwaterVm, "peak virtual")])),
            ("page faults", list([text(.acMinflt, "minor"), text(.acMajflt, "major")])),
            (
                "reads",
                list([
                    rounded(.readChar, "1 KiB"), rounded(.readSyscalls, "1024", "calls"),
                    rounded(.readBytes, "1 KiB", "from storage"),
                ])
            ),
            (
                "writes",
                list([
                    rounded(.writeChar, "1 KiB"), rounded(.writeSyscalls, "1024", "calls"),
                    rounded(.writeBytes, "1 KiB", "to storage"),
                    record[.cancelledWriteBytes] == 0 ? nil : text(.cancelledWriteBytes, "dropped before"),
                ])
            ),
            ("switches", list([text(.nvcsw, "voluntary"), text(.nivcsw, "involuntary")])),
        ]
    }

    private func list(_ items: [String?]) -> String? {
        let items = items.compactMap { $0 }
        return items.isEmpty ? nil : items.joined(separator: ", ")
    }

    /// A counter of I/O: the kernel rounds these down to 1,024, so that 0 only says that there were fewer.
    private func rounded(_ field: Field, _ least: String, _ what: String = "") -> String? {
        guard record[field] == 0 else { return text(field, what) }
        return "under " + least + (what.isEmpty ? "" : " " + what)
    }

    private func text(_ field: Field, _ what: String) -> String? {
        FieldText.of(field, in: record).map { what.isEmpty ? $0 : "\($0) \(what)" }
    }
}

import CommandSupport
import Taskstats

/// The report of one task or process, without the values that the kernel did not count.
struct TaskScreen {
    private let row: TaskRow
    private let tick: Duration
    private let style: Style
    private let times: TimeFormat

    /// Creates the report of a row, on a kernel with this tick.
    init(_ row: TaskRow, tick: Duration, style: Style, times: TimeFormat = .screen) {
        self.row = row
        self.tick = tick
        self.times = times
        self.style = style
    }

    /// Returns the whole report, or only the selected fields.
    func lines(selected: FieldSelection?) -> [String] {
        if let selected { return fields(selected) }
        let sections = [Table.facts(identity), headed(DelayTable.lines(row)), Table.facts(usage)]
        return Array(sections.filter { !$0.isEmpty }.joined(separator: [""]))
    }

    private func fields(_ selected: FieldSelection) -> [String] {
        let rows = selected.fields.map { [$0.name, row.text($0, times) ?? "-"] }
        let columns = [
            Column(title: "field", alignment: .left, width: 0), Column(title: "value", alignment: .right, width: 0),
        ]
        return headed(Table.lines(rows, columns))
    }

    private func headed(_ lines: [String]) -> [String] {
        guard let title = lines.first else { return [] }
        return [style.heading(title)] + lines.dropFirst()
    }

    // MARK: Identity

    /// The record that identifies the task, or the first task of the process.
    private var first: TaskRecord { row.leader ?? row.counters }

    private var identity: [(label: String, value: String?)] {
        let isProcess = row.key.kind != .task
        let age = first[.acEtime].map { DecimalText.period(microseconds: $0) }
        return [
            ("command", first.commandBytes.map { style.heading(PrintableText.of(name: $0)) }),
            ("pid", isProcess ? nil : "\(row.id)"),
            ("process", isProcess ? "\(row.id)" : first[.acTgid].map { "\($0)" }),
            ("threads", threads),
            ("parent", first[.acPpid].map { "\($0)" }),
            ("user", first[.acUid].map(user)),
            ("nice", first.niceness.map { "\($0)" }),
            ("started", (first[.acBtime64] ?? first[.acBtime]).map(times.dateAndTime)),
            ("age", isProcess && row.leader == nil ? nil : age),
            ("age of threads", isProcess ? row.counters[.acEtime].map { DecimalText.period(microseconds: $0) } : nil),
            // While a task lives its status is 0, which means nothing.
            ("ended", first.exitStatus.flatMap { $0.isSuccess ? nil : style.failure(ExitText.sentence($0)) }),
        ]
    }

    private var threads: String? {
        guard case .several(let threads) = row.threads else { return nil }
        return "\(threads.records.count)"
            + (threads.isComplete ? "" : " (+: without the I/O, faults and longest waits of ended threads)")
    }

    private func user(_ uid: UInt64) -> String {
        AccountNames.userAndNumber(UInt32(truncatingIfNeeded: uid))
    }

    // MARK: Usage

    private var usage: [(label: String, value: String?)] {
        let time = row.cpuTime(tick: tick)
        var parts: (user: CPUTime, system: CPUTime)?
        if let user = row[.acUtime], let system = row[.acStime] {
            parts = time?.split(userTicks: user, systemTicks: system)
        }
        return UsageFacts(cpuTime: time, user: parts?.user, system: parts?.system, text: rounded).lines
    }

    /// Formats a field; the kernel rounds those of I/O down to a multiple of 1,024, so 0 means less than that.
    private func rounded(_ field: Field) -> String? {
        guard field.group == .io, row[field] == 0 else { return row.text(field) }
        if field == .cancelledWriteBytes { return nil }
        return field.unit == .count ? "under 1024" : "under 1 KiB"
    }
}

/// The screen for the number of tasks of a cgroup in each state.
enum CgroupScreen {
    static func lines(path: String, _ stats: CgroupStats) -> [String] {
        Table.facts([
            ("cgroup", PrintableText.of(path)),
            ("running", "\(stats.running)"),
            ("sleeping", "\(stats.sleeping)"),
            ("uninterruptible", "\(stats.uninterruptible)"),
            ("stopped", "\(stats.stopped)"),
            ("I/O wait", "\(stats.ioWait)"),
        ])
    }
}

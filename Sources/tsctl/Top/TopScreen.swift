import CommandSupport
import Taskstats

/// The screen of top: converts the state to lines, without I/O.
struct TopScreen {
    /// The state to show.
    struct State {
        /// The last interval; nil until there is one.
        var interval: TopInterval?
        /// The figures of the system in the interval.
        var system = SystemFigures()
        /// Whether delays are counted; nil if that is unknown.
        var delayAccounting: Bool?
        /// The access of this user.
        var access = AccessTier.all
        var subject = TopModel.Subject.process
        /// The reason why there is no connection.
        var connectionError: String?
        /// Whether the daemon does not report the control groups of tasks that ended, which are needed.
        var lacksOrigins = false
        /// Another message, shown once.
        var notice: String?
        /// The duration so far of a sample that takes long.
        var secondsOfSample: Int?
    }

    let state: State
    let view: TopView
    let style: Style
    /// The width of the terminal; nil for lines of any length.
    let width: Int?
    /// The height of the terminal; nil for any number of rows.
    let height: Int?

    /// Returns the lines that fit, none wider than the screen.
    func lines(_ names: inout AccountNames) -> [String] {
        if view.mode == .help { return Array(TopHelp.lines.prefix(height ?? .max)).map(helpLine) }
        var lines = header.map(fitted) + notes.map { style.failure(fitted($0)) }
        if let interval = state.interval { lines += table(interval, below: lines.count, &names) }
        return Array(lines.prefix(height ?? .max))
    }

    /// Returns the number of table rows that fit.
    static func page(height: Int?) -> Int { max(1, (height ?? 24) - 6) }

    /// The note for a daemon without origins.
    static let originNote = "this taskstatsd does not report origins: ended tasks are in the row (unknown)"

    private func fitted(_ line: String) -> String { width.map { PrintableText.cut(line, to: $0) } ?? line }

    private func helpLine(_ line: String) -> String {
        line.hasPrefix(" ") ? fitted(line) : style.heading(fitted(line))
    }

    private static func labelled(_ label: String, _ text: String) -> String {
        label + String(repeating: " ", count: max(1, 10 - label.count)) + text
    }

    // MARK: The machine

    private var header: [String] {
        let time = state.interval.map { String(LocalClock.timeOfDay(nanoseconds: $0.time).prefix(8)) } ?? "--:--:--"
        let first = [
            time, view.isPaused ? "paused" : "every \(view.interval.secondsText) s",
            state.system.load.isEmpty ? nil : "load \(state.system.load.joined(separator: " "))",
            state.system.tasks.map { "\($0) threads" + (state.system.running.map { ", \($0) can run" } ?? "") },
        ].compactMap { $0 }.joined(separator: "  ")
        return [
            Self.labelled("tsctl top", first), Self.labelled("pressure", pressure),
            Self.labelled(state.subject == .process ? "processes" : "threads", population),
            Self.labelled("shown", arrangement),
        ]
    }

    private var pressure: String {
        let names: [(SystemFigures.Resource, String)] = [
            (.cpu, "CPU"), (.io, "I/O"), (.memory, "memory"), (.irq, "IRQ"),
        ]
        let parts = names.compactMap { resource, name -> String? in
            guard let pressure = state.system.pressure[resource], let interval = state.interval else { return nil }
            func percent(_ value: UInt64?) -> String? {
                value.map { Rate.percent(permille: interval.permille(min($0, interval.microseconds) * 1_000)) + " %" }
            }
            // It is impossible that all tasks wait for a CPU.
            let full = resource == .cpu ? nil : percent(pressure.full)
            guard let some = percent(pressure.some) else { return full.map { "\(name) \($0)" } }
            return "\(name) \(some)" + (full.map { " (full \($0))" } ?? "")
        }
        if state.interval == nil { return "..." }
        return parts.isEmpty ? "not reported by this kernel" : parts.joined(separator: "  ")
    }

    private var population: String {
        guard let interval = state.interval else { return "first figures in a moment" }
        let ended =
            "\(interval.ended) ended" + (interval.failed == 0 ? "" : " (\(interval.failed) failed)")
            + (interval.omitted == 0 ? "" : ", \(interval.omitted) of them not listed")
        let lost = interval.lost == 0 ? "no record lost" : "\(interval.lost) records lost"
        return [
            "\(interval.living) seen" + (state.access == .own ? " of yours" : ""), "\(interval.waiting) waited", ended,
            interval.isPartial ? "more may have ended" : lost,
        ].joined(separator: ", ")
    }

    private var arrangement: String {
        var text = "% of one thread's time" + (view.grouping.map { ", added up by \($0.rawValue)" } ?? "")
        if let interval = state.interval { text += " in \(DecimalText.period(microseconds: interval.microseconds))" }
        text += ", by \(view.sort.title(by: view.grouping))" + (view.isReversed ? " reversed" : "")
        if !view.showsIdle { text += ", none idle" }
        if !view.showsEnded { text += ", none ended" }
        if case .filter = view.mode { return text + "; filter: \(PrintableText.of(view.filter))_" }
        return view.filter.isEmpty ? text + "; h: help" : text + "; filter: \(PrintableText.of(view.filter))"
    }

    private var notes: [String] {
        var notes: [String] = []
        if let connectionError = state.connectionError { notes.append(connectionError) }
        if let notice = state.notice { notes.append(notice) }
        if let seconds = state.secondsOfSample {
            notes.append("sampling takes long, \(seconds) s so far: the machine or taskstatsd is overloaded")
        }
        if state.delayAccounting == false {
            notes.append("delay accounting is off; sysctl kernel.task_delayacct=1 turns it on")
        }
        if state.lacksOrigins { notes.append(Self.originNote) }
        if state.interval?.lacksThreads == true {
            notes.append("too many threads ended: RUN, READ and WRITE of their processes can be higher than shown")
        }
        let subjects = state.subject == .process ? ("process", "processes") : ("thread", "threads")
        notes += state.interval?.omittedWaits.notes(subjects) ?? []
        return notes.map { Self.labelled("note", PrintableText.of($0)) }
    }

    // MARK: The table

    private func table(_ interval: TopInterval, below header: Int, _ names: inout AccountNames) -> [String] {
        let (columns, shape) = columns
        let titles = Table.row(shape.map(\.title), shape)
        let bar =
            width.map { titles + String(repeating: " ", count: max(0, $0 - PrintableText.width(titles))) } ?? titles
        var lines = [style.bar(fitted(bar))]
        let rows = view.rows(of: interval, groupingEnded: true, &names)
        let room = height.map { max(0, $0 - header - 1) } ?? rows.count
        let first = min(view.first, max(0, rows.count - 1))
        for row in rows[min(first, rows.count)...].prefix(room) {
            let cells = columns.map { cell($0, row, interval, &names) }
            let text = Table.row(cells, shape)
            lines.append(styled(text, row.end))
        }
        return lines
    }

    /// The columns that fit, and their shapes.
    private var columns: ([TopColumn], [Column]) {
        guard let grouping = view.grouping else {
            let columns = TopColumn.fitting(width, keeping: view.sort)
            return (columns, columns.map(\.column))
        }
        let columns = TopGroupColumn.fitting(width, keeping: view.sort, by: grouping)
        return (columns.map(\.base), columns.map(\.column))
    }

    private func styled(_ text: String, _ end: TopRow.End?) -> String {
        guard let end else { return fitted(text) }
        return end.status?.isSuccess == false ? style.failure(fitted(text)) : style.muted(fitted(text))
    }

    private func cell(
        _ column: TopColumn, _ row: TopRow, _ interval: TopInterval, _ names: inout AccountNames
    ) -> String {
        if let count = row.members?.count(column) { return "\(count)" }
        switch column {
        case .pid: return row.count == 1 ? "\(row.id)" : "-"
        case .ppid: return row.parent.map { "\($0)" } ?? "-"
        case .user: return row.identity?.uid.map { names.user($0) } ?? "-"
        case .end: return row.end.map { $0.status?.isSuccess == false ? "F" : "e" } ?? ""
        case .command: return (row.identity?.command ?? "?") + (row.end.map { Self.ended($0, row.count) } ?? "")
        case .run: return row.spent?.cpuTime.map { Self.percent($0, interval) } ?? "-"
        case .read: return row.traffic?.rate(.readBytes, in: interval.microseconds) ?? "-"
        case .write: return row.traffic?.rate(.writeBytes, in: interval.microseconds) ?? "-"
        default:
            guard let nanoseconds = row.spent.flatMap(column.nanoseconds) else { return "-" }
            return nanoseconds == 0 ? "0" : Rate.percent(permille: interval.permille(nanoseconds))
        }
    }

    /// Returns the share of a CPU time, as one value or as a range.
    private static func percent(_ time: CPUTime, _ interval: TopInterval) -> String {
        let (lower, upper) = (interval.permille(time.lowerNanoseconds), interval.permille(time.upperNanoseconds))
        guard upper - lower <= 1 || CPUTimeText.isNarrow(time) else {
            return "\(Rate.percent(permille: lower))–\(Rate.percent(permille: upper))"
        }
        return time.upperNanoseconds == 0 ? "0" : Rate.percent(permille: lower)
    }

    private static func ended(_ end: TopRow.End, _ count: Int) -> String {
        let how = end.status.flatMap { $0.isSuccess ? nil : ExitText.sentence($0) } ?? "ended"
        guard count == 1 else { return " (\(how), \(count) times)" }
        return " (\(how) after \(DecimalText.period(microseconds: end.ageMicroseconds)))"
    }
}

extension Style {
    /// Formats the titles of a screen.
    func bar(_ text: String) -> String { isOn ? "\u{1b}[7m\(text)\u{1b}[0m" : text }

    /// Formats a row of an ended task.
    func muted(_ text: String) -> String { isOn ? "\u{1b}[2m\(text)\u{1b}[0m" : text }
}

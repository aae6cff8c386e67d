import CommandSupport
import Taskstats

/// The summary for people: the totals, and a table by command or another property.
struct SummaryScreen {
    /// The maximum number of groups with their own row; the rest share one.
    static let mostRows = 40

    private struct Entry {
        let column: Column
        /// The removal order on a narrow terminal, highest first; 0: never removed.
        let rank: Int
        let text: (GroupTotals) -> String?
    }

    private let summary: Summary
    private let context: SummaryContext
    private let style: Style
    private let width: Int?

    init(_ summary: Summary, context: SummaryContext, style: Style, width: Int?) {
        self.summary = summary
        self.context = context
        self.style = style
        self.width = width
    }

    /// All lines.
    var lines: [String] {
        let total = summary.total
        var lines = [headline(total)]
        if let losses = summary.losses { lines.append(style.failure(losses)) }
        guard total.usage.tasks > 0 else { return lines }
        lines.append("")
        lines += table(total)
        if !total.elapsed.isExact {
            lines.append("p50 to max: elapsed ms, within 1.6 % for more than \(ElapsedDistribution.exactLimit) tasks")
        } else {
            lines.append("p50 to max: elapsed ms")
        }
        lines += total.usage.omitted.notes()
        if total.usage.threaded > 0 {
            lines.append(
                "+: without the I/O of \(total.usage.threaded) \(total.usage.threaded == 1 ? "process" : "processes") "
                    + "with several threads, which the kernel does not sum (--scope task has it)")
        }
        return lines
    }

    private func headline(_ total: GroupTotals) -> String {
        let usage = total.usage
        let place = context.host.map { " on \(PrintableText.of($0))" } ?? ""
        return "\(usage.tasks) \(usage.tasks == 1 ? "task" : "tasks") "
            + "(\(usage.processes) \(usage.processes == 1 ? "process" : "processes"), \(usage.failed) failed) "
            + "ended\(place) in \(DecimalText.seconds(microseconds: context.elapsedMicroseconds))"
    }

    private func table(_ total: GroupTotals) -> [String] {
        let groups = summary.groups
        var rows = groups.prefix(Self.mostRows).map { ($0.group.text, $0.totals) }
        let remaining = groups.dropFirst(Self.mostRows)
        if !remaining.isEmpty || summary.others != nil {
            var others = summary.others ?? GroupTotals()
            for group in remaining { others.add(group.totals) }
            rows.append((summary.others == nil ? "(\(remaining.count) others)" : "(others)", others))
        }
        rows.append(("(all)", total))

        var entries = Self.entries
        while true {
            let cells = rows.map { name, totals in [name] + entries.map { $0.text(totals) ?? "-" } }
            let columns = fitted(entries, cells)
            let isTooWide = width.map { columns.reduce(2 * entries.count) { $0 + $1.width } > $0 } ?? false
            if isTooWide, let rank = entries.map(\.rank).max(), rank > 0 {
                entries.removeAll { $0.rank == rank }
                continue
            }
            return [style.heading(row(columns.map(\.title), columns, isFailure: false))]
                + zip(cells, rows).map { row($0, columns, isFailure: $1.1.usage.failed > 0) }
        }
    }

    private func fitted(_ entries: [Entry], _ cells: [[String]]) -> [Column] {
        let name = Column(title: summary.grouping.title, alignment: .left, width: 15, cuts: width != nil)
        var columns = [name] + entries.map(\.column)
        for index in columns.indices {
            let texts = [columns[index].title] + cells.map { $0[index] }
            columns[index].width = max(columns[index].width, texts.map(PrintableText.width).max() ?? 0)
        }
        // A long name leaves room for the figures.
        if let width { columns[0].width = min(columns[0].width, max(name.width, width * 2 / 5)) }
        return columns
    }

    private func row(_ cells: [String], _ columns: [Column], isFailure: Bool) -> String {
        zip(cells, columns).enumerated().map { index, pair in
            let cell = pair.1.cell(pair.0, isLast: index == columns.count - 1)
            return isFailure && pair.1.title == Self.failed ? style.failure(cell) : cell
        }.joined(separator: "  ")
    }

    // MARK: Columns

    private static let failed = "FAILED"

    private static var entries: [Entry] {
        [
            entry("ENDED", rank: 0) { "\($0.usage.tasks)" },
            entry(failed, rank: 1) { "\($0.usage.failed)" },
            entry("RUN ms", rank: 0) { $0.usage.cpuTime.map(CPUTimeText.milliseconds) },
            milliseconds("CPUWAIT ms", rank: 4) { $0[.cpuDelayTotal] },
            milliseconds("BLKIO ms", rank: 6) { $0[.blkioDelayTotal] },
            milliseconds("MEM ms", rank: 7) { $0.sum(WatchColumn.memoryDelays) },
            entry("READ", rank: 2) { bytes(.readBytes, of: $0) },
            entry("WRITE", rank: 2) { bytes(.writeBytes, of: $0) },
            milliseconds("p50", rank: 1) { elapsed($0, 50) },
            milliseconds("p90", rank: 5) { elapsed($0, 90) },
            milliseconds("p99", rank: 3) { elapsed($0, 99) },
            milliseconds("max", rank: 1) {
                $0.elapsed.count > 0 ? Nanoseconds.of(microseconds: $0.elapsed.largest) : nil
            },
        ]
    }

    /// Formats bytes, with a plus if those of multithreaded processes are missing.
    private static func bytes(_ field: Field, of totals: GroupTotals) -> String? {
        let isPartial = totals.usage.threaded > 0
        guard let count = totals[field], !isPartial || count > 0 else { return nil }
        return isPartial
            ? DecimalText.bytes(count) + "+" : IOCountText.sum(count, of: field, tasks: totals.usage.tasks)
    }

    private static func elapsed(_ totals: GroupTotals, _ percent: UInt64) -> UInt64? {
        totals.elapsed.percentile(percent).map { Nanoseconds.of(microseconds: $0) }
    }

    private static func entry(_ title: String, rank: Int, _ text: @escaping (GroupTotals) -> String?) -> Entry {
        Entry(column: Column(title: title, alignment: .right, width: 0), rank: rank, text: text)
    }

    private static func milliseconds(
        _ title: String, rank: Int, _ value: @escaping (GroupTotals) -> UInt64?
    ) -> Entry {
        entry(title, rank: rank) { totals in
            value(totals).map { DecimalText.shortMilliseconds(nanoseconds: $0) }
        }
    }
}

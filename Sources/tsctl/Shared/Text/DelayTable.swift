import Taskstats

/// The eight kinds of waits of a task, with the fields that count each.
enum DelayTable {
    struct Row: Equatable {
        let name: String
        let count: Field
        let total: Field
        let max: Field
    }

    static let rows = [
        Row(name: "CPU", count: .cpuCount, total: .cpuDelayTotal, max: .cpuDelayMax),
        Row(name: "block I/O", count: .blkioCount, total: .blkioDelayTotal, max: .blkioDelayMax),
        Row(name: "swap-in", count: .swapinCount, total: .swapinDelayTotal, max: .swapinDelayMax),
        Row(name: "reclaim", count: .freepagesCount, total: .freepagesDelayTotal, max: .freepagesDelayMax),
        Row(name: "thrashing", count: .thrashingCount, total: .thrashingDelayTotal, max: .thrashingDelayMax),
        Row(name: "compaction", count: .compactCount, total: .compactDelayTotal, max: .compactDelayMax),
        Row(name: "copy-on-write", count: .wpcopyCount, total: .wpcopyDelayTotal, max: .wpcopyDelayMax),
        Row(name: "IRQ", count: .irqCount, total: .irqDelayTotal, max: .irqDelayMax),
    ]

    private static let columns = [
        Column(title: "waits for", alignment: .left, width: Table.factColumn - 2),
        Column(title: "count", alignment: .right, width: 9),
        Column(title: "total ms", alignment: .right, width: 13),
        Column(title: "average ms", alignment: .right, width: 10),
        Column(title: "max ms", alignment: .right, width: 10),
    ]

    /// Returns the table of a record, without the rows that its kernel does not count; empty if there are none.
    ///
    /// If part of the record is shown separately, there is a column for its totals.
    static func lines(_ record: TaskRecord, part: (title: String, record: TaskRecord)? = nil) -> [String] {
        let found = rows.compactMap { row -> [String]? in
            guard let cells = cells(of: row, { record[$0] }) else { return nil }
            return cells + (part.map { [milliseconds($0.record[row.total])] } ?? [])
        }
        let last = part.map { [Column(title: $0.title + " ms", alignment: .right, width: 16)] } ?? []
        return found.isEmpty ? [] : Table.lines(found, columns + last)
    }

    /// Returns the table of a task or process, whose longest waits may lack those of ended threads.
    static func lines(_ task: TaskRow) -> [String] {
        let found = rows.compactMap { row in
            cells(of: row, { task[$0] }, isMaximumPartial: task.lacksThreads)
                ?? reason(for: row, in: task.counters).map { [row.name, $0, "-", "-", "-"] }
        }
        return found.isEmpty ? [] : Table.lines(found, columns)
    }

    /// Returns the reason why a kind of wait is absent; nil if the kernel does not have it.
    private static func reason(for row: Row, in record: TaskRecord) -> String? {
        if record.implausible.contains(row.total) { return "implausible" }
        let isAffected = WaitKind.delayAccountingFields.contains(row.total)
        // The kernel does not know the kinds that its struct version lacks either.
        let isKnown = record.version.map { $0 >= row.total.firstVersion } ?? true
        return record.hasUncountedDelays && isAffected && isKnown ? "not counted" : nil
    }

    private static func cells(
        of row: Row, _ value: (Field) -> UInt64?, isMaximumPartial: Bool = false
    ) -> [String]? {
        guard let count = value(row.count), let total = value(row.total) else { return nil }
        let longest = count == 0 ? nil : value(row.max)
        return [
            row.name, "\(count)", milliseconds(total), milliseconds(count == 0 ? nil : total / count),
            milliseconds(longest) + (isMaximumPartial && longest != nil ? "+" : ""),
        ]
    }

    private static func milliseconds(_ nanoseconds: UInt64?) -> String {
        nanoseconds.map { DecimalText.shortMilliseconds(nanoseconds: $0) } ?? "-"
    }
}

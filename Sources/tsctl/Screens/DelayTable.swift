import TaskstatsClient

/// The eight places where a task can wait, with the members that count each.
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

    /// The table of a record, without the rows that its kernel does not count; empty when there are none.
    ///
    /// With a part of it that is to be told apart there is a column for its totals.
    static func lines(_ record: TaskRecord, part: (title: String, record: TaskRecord)? = nil) -> [String] {
        let found = rows.compactMap { row -> [String]? in
            guard let cells = cells(of: row, in: record) else { return nil }
            return cells + (part.map { [milliseconds($0.record[row.total])] } ?? [])
        }
        let last = part.map { [Column(title: $0.title + " ms", alignment: .right, width: 16)] } ?? []
        return found.isEmpty ? [] : Table.lines(found, columns + last)
    }

    private static func cells(of row: Row, in record: TaskRecord) -> [String]? {
        guard let count = record[row.count], let total = record[row.total] else { return nil }
        return [
            row.name, "\(count)", milliseconds(total), milliseconds(count == 0 ? nil : total / count),
            milliseconds(count == 0 ? nil : record[row.max]),
        ]
    }

    private static func milliseconds(_ nanoseconds: UInt64?) -> String {
        nanoseconds.map { DecimalText.milliseconds(nanoseconds: $0) } ?? "-"
    }
}

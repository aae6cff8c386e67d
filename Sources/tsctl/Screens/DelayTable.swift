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
    static func lines(_ record: TaskRecord) -> [String] {
        let found = rows.compactMap { cells(of: $0, in: record) }
        return found.isEmpty ? [] : Table.lines(found, columns)
    }

    private static func cells(of row: Row, in record: TaskRecord) -> [String]? {
        guard let count = record[row.count], let total = record[row.total] else { return nil }
        let longest = count == 0 ? nil : record[row.max]
        return [
            row.name, "\(count)", DecimalText.milliseconds(nanoseconds: total),
            count == 0 ? "-" : DecimalText.milliseconds(nanoseconds: total / count),
            longest.map { DecimalText.milliseconds(nanoseconds: $0) } ?? "-",
        ]
    }
}

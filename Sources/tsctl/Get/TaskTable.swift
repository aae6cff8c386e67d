import CommandSupport
import Taskstats

/// The tables of `get`: a heading, and a row for each task or process.
struct TaskTable {
    /// The arrangement of rows.
    struct Order {
        var column: TaskColumn?
        var isReversed = false
        var limit: Int?

        /// Returns the rows in this order, up to the limit; without a column in the original order.
        func arrange(_ rows: [TaskRow]) -> [TaskRow] {
            var rows = rows
            switch column?.sortKey {
            case .number(let key): rows = Self.sorted(rows, key) { $0 > $1 }
            case .ascending(let key): rows = Self.sorted(rows, key) { $0 < $1 }
            case .text(let key): rows = Self.sorted(rows, key) { $0 < $1 }
            case nil: break
            }
            if isReversed { rows.reverse() }
            return limit.map { Array(rows.prefix($0)) } ?? rows
        }

        /// Sorts rows stably, those without a value last.
        private static func sorted<Key>(
            _ rows: [TaskRow], _ key: (TaskRow) -> Key?, before: (Key, Key) -> Bool
        ) -> [TaskRow] {
            rows.enumerated().map { (index: $0.offset, row: $0.element, key: key($0.element)) }.sorted { left, right in
                switch (left.key, right.key) {
                case (let a?, let b?): before(a, b) || (!before(b, a) && left.index < right.index)
                case (_?, nil): true
                case (nil, _?): false
                case (nil, nil): left.index < right.index
                }
            }.map(\.row)
        }
    }

    private let columns: [TaskColumn]
    private let style: Style
    private let hasTime: Bool
    private let times: TimeFormat
    private var names = AccountNames()

    private var time: Column { Column(title: "TIME", alignment: .left, width: times.secondsWidth) }

    /// Creates a table of the given fields, or of the usual columns that fit the width of the terminal.
    ///
    /// Run times have bounds by this tick, except in intervals.
    init(
        fields: FieldSelection?, hasTime: Bool, tick: Duration, style: Style, width: Int?,
        times: TimeFormat = .screen
    ) {
        self.times = times
        self.style = style
        self.hasTime = hasTime
        let room = width.map { hasTime ? $0 - times.secondsWidth - 1 : $0 }
        columns =
            fields.map { [TaskColumn.id] + $0.fields.map { TaskColumn(field: $0, times: times) } + [.command] }
            ?? TaskColumn.fitting(room, tick: hasTime ? nil : tick)
    }

    /// The fields that the columns show.
    var fields: FieldSet { columns.reduce(FieldSet()) { $0.union($1.fields) } }

    private var shape: [Column] { (hasTime ? [time] : []) + columns.map(\.column) }

    /// The heading with the titles.
    var heading: String { style.heading(Table.row(shape.map(\.title), shape)) }

    /// Returns the row of a task, with this time if rows have a time; values that were not counted are "-".
    mutating func row(_ row: TaskRow, at nanoseconds: UInt64) -> String {
        var cells: [String] = hasTime ? [times.seconds(nanoseconds: nanoseconds)] : []
        for column in columns { cells.append(column.text(row, &names) ?? "-") }
        return Table.row(cells, shape)
    }
}

/// The tables of `get` as CSV.
struct TaskCSV {
    private let selected: [Field]
    private let hasTime: Bool
    /// The tick of the kernel if rows have the bounds of the CPU time, which they do not have for intervals.
    private let tick: Duration?
    private let times: TimeFormat

    /// Returns the fields of the table's columns; the run time, which has columns of its own, only where it is counted.
    private static func usual(countsRunTime: Bool) -> [Field] {
        TaskColumn.usual(tick: nil).flatMap { column in
            if column.name == TaskColumn.runName { return countsRunTime ? [Field.cpuRunVirtualTotal] : [] }
            return Array(column.fields)
        }
    }

    init(fields: FieldSelection?, hasTime: Bool, tick: Duration, times: TimeFormat) {
        selected = fields?.fields ?? Self.usual(countsRunTime: hasTime)
        self.hasTime = hasTime
        self.tick = fields == nil && !hasTime ? tick : nil
        self.times = times
    }

    /// The fields of the columns.
    var fields: FieldSet { FieldSet(selected).union(tick == nil ? [] : TaskRecord.cpuTimeFields) }

    /// The names of the columns.
    var heading: String {
        CSV.line(
            (hasTime ? [times.csvName, "interval_us"] : []) + ["kind", "id"]
                + (tick == nil ? [] : CSV.cpuTimeNames) + selected.map { $0.csvName(times) })
    }

    /// Returns the row of a task or process, with the end and the length of its interval if rows have a time.
    func row(_ row: TaskRow, at nanoseconds: UInt64, intervalMicroseconds: UInt64) -> String {
        let leading = hasTime ? [times.csvValue(nanoseconds: nanoseconds), "\(intervalMicroseconds)"] : []
        let kind = row.key.kind == .task ? "task" : "process"
        let cpuTime = tick.map { CSV.values(of: row.cpuTime(tick: $0)) } ?? []
        // A sum without ended threads is not the value of the process.
        let values = selected.map { field in
            row.lacksThreads(in: field) ? nil : row.source(of: field).flatMap { field.csvValue(in: $0, times) }
        }
        return CSV.line(leading + [kind, "\(row.id)"] + cpuTime + values)
    }
}

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

import TaskstatsClient

/// The tables of `get`: a heading, and a row for each task or process.
struct TaskTable {
    /// How rows are arranged.
    struct Order {
        var column: TaskColumn?
        var isReversed = false
        var limit: Int?

        /// The rows in this order, no more than wanted; without a column as they came.
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

        /// Rows without a value come last, equal ones as they came.
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
    private var names = AccountNames()

    private static let time = Column(title: "TIME", alignment: .left, width: 8)

    /// The usual columns, as many as a terminal of that width has room for, or those of the fields that were named.
    init(fields: FieldSelection?, hasTime: Bool, style: Style, width: Int?) {
        self.style = style
        self.hasTime = hasTime
        let room = width.map { hasTime ? $0 - Self.time.width - 1 : $0 }
        columns =
            fields.map { [TaskColumn.id] + $0.fields.map(TaskColumn.init(field:)) + [.command] }
            ?? TaskColumn.fitting(room)
    }

    /// The members that the columns show.
    var fields: FieldSet { columns.reduce(FieldSet()) { $0.union($1.fields) } }

    private var shape: [Column] { (hasTime ? [Self.time] : []) + columns.map(\.column) }

    /// The titles.
    var heading: String { style.heading(Table.row(shape.map(\.title), shape)) }

    /// The row of a task, at this second where rows have a time; what was not counted is "-".
    mutating func row(_ row: TaskRow, at nanoseconds: UInt64) -> String {
        var cells: [String] = hasTime ? [String(LocalClock.timeOfDay(nanoseconds: nanoseconds).prefix(8))] : []
        for column in columns { cells.append(column.text(row, &names) ?? "-") }
        return Table.row(cells, shape)
    }
}

import TaskstatsClient

/// The rows of `watch`: a heading, and one row per exit.
struct WatchScreen {
    private let columns: [WatchColumn]
    private let scope: RecordScope
    private let style: Style
    private var names = AccountNames()

    /// The usual columns, as many as a terminal of that width has room for, or those of the fields that were named.
    init(fields: FieldSelection?, scope: RecordScope, style: Style, width: Int?) {
        self.scope = scope
        self.style = style
        columns =
            fields.map { WatchColumn.leading + $0.fields.map(WatchColumn.init(field:)) }
            ?? WatchColumn.fitting(width)
    }

    /// The members that the columns show.
    var fields: FieldSet { columns.reduce(FieldSet()) { $0.union($1.fields) } }

    /// The titles.
    var heading: String {
        style.heading(Table.row(columns.map(\.column.title), columns.map(\.column)))
    }

    /// The row of an exit; what was not counted is "-".
    mutating func row(_ record: ExitRecord) -> String {
        let exit = ShownExit(record: record, scope: scope)
        var cells: [String] = []
        for (index, column) in columns.enumerated() {
            let cell = column.column.cell(column.text(exit, &names) ?? "-", isLast: index == columns.count - 1)
            cells.append(column.marksFailure && record.exit?.isSuccess == false ? style.failure(cell) : cell)
        }
        return cells.joined(separator: " ")
    }

    /// The row that stands where records are missing.
    func lossRow(_ loss: LostRecords) -> String { style.failure("-- \(LossText.of(loss)) --") }
}

import CommandSupport
import Taskstats

/// The rows of `watch`: a heading, and one row per exit or start.
struct WatchScreen {
    private let columns: [WatchColumn]
    private let scope: RecordScope
    private let style: Style
    private let times: TimeFormat
    /// The width of the terminal; nil for lines of any length.
    private let width: Int?
    /// The tick of the kernel that writes the records.
    var tick = CPUTime.longestTick
    private var names = AccountNames()

    /// Creates a table of the given fields, or of the usual columns that fit the width of the terminal.
    init(
        fields: FieldSelection?, _ additions: WatchColumn.Additions = [], scope: RecordScope, style: Style, width: Int?,
        times: TimeFormat = .screen
    ) {
        self.scope = scope
        self.style = style
        self.width = width
        self.times = times
        columns =
            fields.map { WatchColumn.selected($0, additions, width, times: times) }
            ?? WatchColumn.fitting(width, additions, times: times)
    }

    /// The fields that the columns show.
    var fields: FieldSet { columns.reduce(FieldSet()) { $0.union($1.fields) } }

    /// The heading with the titles.
    var heading: String {
        style.heading(cut(Table.row(columns.map(\.column.title), columns.map(\.column))))
    }

    /// Returns the row of an exit; values that were not counted are "-".
    mutating func row(_ record: ExitRecord) -> String {
        let exit = ShownExit(record: record, scope: scope, tick: tick, times: times)
        let mark: ((String) -> String)? = record.exit?.isSuccess == false ? { [style] in style.failure($0) } : nil
        return row(marking: mark) { column, names in column.text(exit, &names) ?? "-" }
    }

    /// Returns the row of the start of a program; the columns that concern its end are empty.
    mutating func row(_ start: ProcessStart) -> String {
        row(marking: { [style] in style.start($0) }) { column, names in
            guard let text = column.start else { return "" }
            return text(start, &names) ?? "-"
        }
    }

    private mutating func row(
        marking mark: ((String) -> String)?, _ text: (WatchColumn, inout AccountNames) -> String
    ) -> String {
        var cells: [String] = []
        var room = width ?? .max
        for (index, column) in columns.enumerated() where room > 0 {
            var cell = column.column.cell(text(column, &names), isLast: index == columns.count - 1)
            cell = PrintableText.cut(cell, to: room)
            room -= PrintableText.width(cell) + 1
            cells.append(column.isMarked ? mark?(cell) ?? cell : cell)
        }
        return cells.joined(separator: " ")
    }

    /// Returns the row that marks missing records, with the reason.
    func noticeRow(_ text: String) -> String { style.failure(cut("-- \(text) --")) }

    /// Cuts a row that the terminal would wrap.
    private func cut(_ row: String) -> String { width.map { PrintableText.cut(row, to: $0) } ?? row }
}

/// The rows of `watch` and `play` as CSV.
struct ExitCSV {
    private let selected: [Field]
    private let hasCPUTime: Bool
    private let hasOrigin: Bool
    private let scope: RecordScope
    private let times: TimeFormat
    /// The tick of the kernel that writes the records.
    var tick = CPUTime.longestTick

    /// The fields of the table's columns.
    private static let usual: [Field] = [
        .acComm, .acUid, .acEtime, .acTgetime, .cpuDelayTotal, .blkioDelayTotal,
        .swapinDelayTotal, .freepagesDelayTotal, .thrashingDelayTotal, .compactDelayTotal, .wpcopyDelayTotal,
    ]

    /// The columns of the origin.
    private static let origin: [(name: String, text: @Sendable (ProcessOrigin?) -> String?)] = [
        ("unit", OriginText.unit), ("container", OriginText.container), ("cgroup", OriginText.cgroup),
        ("command_line", OriginText.commandLine),
    ]

    init(fields: FieldSelection?, origin: Bool = false, scope: RecordScope, times: TimeFormat) {
        selected = fields?.fields ?? Self.usual
        hasCPUTime = fields == nil
        hasOrigin = origin
        self.scope = scope
        self.times = times
    }

    /// The fields of the columns.
    var fields: FieldSet { FieldSet(selected).union(hasCPUTime ? TaskRecord.cpuTimeFields : []) }

    /// The names of the columns.
    var heading: String {
        CSV.line(
            [times.csvName, "cpu", "pid", "tgid"] + CSV.exitNames + (hasCPUTime ? CSV.cpuTimeNames : [])
                + selected.map { $0.csvName(times) } + (hasOrigin ? Self.origin.map(\.name) : []))
    }

    /// Returns the row of an exit.
    func row(_ record: ExitRecord) -> String {
        let exit = ShownExit(record: record, scope: scope, tick: tick)
        let leading: [String?] = [
            record.time == 0 ? nil : times.csvValue(nanoseconds: record.time),
            record.cpu == ExitRecord.unknownCPU ? nil : "\(record.cpu)", record.pid == 0 ? nil : "\(record.pid)",
            record.tgid.map { "\($0)" },
        ]
        return CSV.line(
            leading + CSV.values(of: record.exit) + (hasCPUTime ? CSV.values(of: exit.cpuTime) : [])
                + selected.map { field in exit.source(of: field).flatMap { field.csvValue(in: $0, times) } }
                + (hasOrigin ? Self.origin.map { $0.text(record.origin).map(CSV.cell(ofName:)) } : []))
    }
}

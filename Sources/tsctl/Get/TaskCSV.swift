import Taskstats

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

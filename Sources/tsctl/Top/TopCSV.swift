import Taskstats

/// The intervals of `top` as CSV: a row for each task or process and interval.
struct TopCSV {
    private let subject: TopModel.Subject
    private let times: TimeFormat

    private static let waits = TimeKind.allCases.filter { $0 != .run }

    init(subject: TopModel.Subject, times: TimeFormat) {
        self.subject = subject
        self.times = times
    }

    /// The names of the columns.
    var heading: String {
        CSV.line(
            [times.csvName, "interval_us", subject == .process ? "tgid" : "pid", "command", "uid", "ended"]
                + CSV.exitNames + CSV.cpuTimeNames + Self.waits.map { $0.field.csvName(times) })
    }

    /// Returns the rows of an interval.
    func lines(_ interval: TopInterval, _ rows: [TopRow]) -> [String] {
        rows.map { row in
            let leading: [String?] = [
                times.csvValue(nanoseconds: interval.time), "\(interval.microseconds)", "\(row.id)",
                row.identity.map { CSV.cell(ofName: $0.command) }, row.identity?.uid.map { "\($0)" },
                "\(row.end != nil)",
            ]
            return CSV.line(
                leading + CSV.values(of: row.end?.status) + CSV.values(of: row.spent?.cpuTime)
                    + Self.waits.map { kind in row.spent?[kind].map { "\($0)" } })
        }
    }
}

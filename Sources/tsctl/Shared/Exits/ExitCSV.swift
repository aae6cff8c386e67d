import Taskstats

/// The rows of `watch` and `play` as CSV.
struct ExitCSV {
    private let selected: [Field]
    private let hasCPUTime: Bool
    private let scope: RecordScope
    private let times: TimeFormat
    /// The tick of the kernel that writes the records.
    var tick = CPUTime.longestTick

    /// The fields of the table's columns.
    private static let usual: [Field] = [
        .acComm, .acUid, .acEtime, .acTgetime, .cpuDelayTotal, .blkioDelayTotal,
        .swapinDelayTotal, .freepagesDelayTotal, .thrashingDelayTotal, .compactDelayTotal, .wpcopyDelayTotal,
    ]

    init(fields: FieldSelection?, scope: RecordScope, times: TimeFormat) {
        selected = fields?.fields ?? Self.usual
        hasCPUTime = fields == nil
        self.scope = scope
        self.times = times
    }

    /// The fields of the columns.
    var fields: FieldSet { FieldSet(selected).union(hasCPUTime ? TaskRecord.cpuTimeFields : []) }

    /// The names of the columns.
    var heading: String {
        CSV.line(
            [times.csvName, "cpu", "pid", "tgid"] + CSV.exitNames + (hasCPUTime ? CSV.cpuTimeNames : [])
                + selected.map { $0.csvName(times) })
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
                + selected.map { field in exit.source(of: field).flatMap { field.csvValue(in: $0, times) } })
    }
}

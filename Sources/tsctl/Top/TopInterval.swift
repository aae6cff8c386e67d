import CommandSupport
import Taskstats
import TaskstatsProtocol

/// An interval of top.
struct TopInterval: Equatable {
    /// The length of the interval.
    var microseconds: UInt64
    /// The end of the interval, in nanoseconds since 1970.
    var time: UInt64
    var rows: [TopRow]
    /// The number of exits.
    var ended: UInt64
    /// The number of failed exits.
    var failed: UInt64
    /// The number of lost records of exits.
    var lost: UInt64
    /// The number of exits that are counted but have no row, because there were too many.
    var omitted: UInt64
    /// Whether exits are missing because there was no connection.
    var isPartial: Bool
    /// Whether records of ended threads could not be read in time, so that RUN, READ and WRITE can be higher than shown.
    var lacksThreads = false
    /// The waits that are missing from the rows.
    var omittedWaits = OmittedWaits()

    /// The number of living tasks.
    var living: Int { rows.count { $0.end == nil } }
    /// The number of living tasks that waited.
    var waiting: Int { rows.count { $0.end == nil && ($0.spent?.waited ?? 0) > 0 } }

    /// Returns a time in the interval as tenths of a percent of one thread's time.
    func permille(_ nanoseconds: UInt64) -> UInt64 {
        Rate.permille(nanoseconds: nanoseconds, in: microseconds)
    }
}

extension TopInterval {
    /// Encodes the interval as one line of JSON; `stats` has the changes in it, in nanoseconds, under the kernel's
    /// names.
    func json(
        _ rows: [TopRow], system: SystemFigures, subject: TopModel.Subject, by grouping: Grouping? = nil
    ) -> [UInt8] {
        var writer = JSONWriter(capacity: 16_384)
        writer.object { writer in
            writer.field("time", time)
            writer.field("interval_us", microseconds)
            writer.key("pressure_us")
            writer.object { writer in
                for resource in SystemFigures.Resource.allCases {
                    guard let pressure = system.pressure[resource] else { continue }
                    writer.key(resource.rawValue)
                    writer.object { writer in
                        if let some = pressure.some { writer.field("some", some) }
                        if let full = pressure.full { writer.field("full", full) }
                    }
                }
            }
            writer.field("ended", ended)
            writer.field("failed", failed)
            writer.field("lost", lost)
            omittedWaits.write(to: &writer)
            writer.field("complete", !isPartial && !lacksThreads && lost == 0 && omitted == 0)
            writer.key(grouping?.plural ?? (subject == .process ? "processes" : "threads"))
            writer.array { writer in
                for row in rows {
                    writer.value { $0.append(text: String(decoding: Self.json(row, subject, grouping), as: UTF8.self)) }
                }
            }
        }
        return writer.finish().array
    }

    private static func json(_ row: TopRow, _ subject: TopModel.Subject, _ grouping: Grouping?) -> [UInt8] {
        var writer = JSONWriter(capacity: 512)
        writer.object { writer in
            if let grouping, let members = row.members {
                members.write(to: &writer, by: grouping)
            } else {
                writer.field(subject == .process ? "tgid" : "pid", row.id)
                if let identity = row.identity {
                    writer.field("command", identity.command)
                    if let uid = identity.uid { writer.field("uid", uid) }
                }
            }
            if let parent = row.parent { writer.field("ppid", parent) }
            if let end = row.end {
                writer.field("ended", true)
                writer.field("elapsed_us", end.ageMicroseconds)
                if let status = end.status {
                    writer.key("exit")
                    writer.value { RecordEncoder.appendExit(status, to: &$0) }
                }
            }
            if let time = row.spent?.cpuTime { writer.field("cpu_time_ns", time) }
            if let traffic = row.traffic { writer.field("io_complete", traffic.isComplete) }
            guard row.spent != nil || row.traffic != nil else { return }
            writer.key("stats")
            writer.object { writer in
                for kind in TimeKind.allCases {
                    if let nanoseconds = row.spent?[kind] { writer.field(kind.field.name, nanoseconds) }
                }
                for field in StorageTraffic.fields {
                    if let bytes = row.traffic?[field] { writer.field(field.name, bytes) }
                }
            }
        }
        return writer.finish().array
    }
}

/// The intervals of `top` as CSV: a row for each task, process or group, and interval.
struct TopCSV {
    private let subject: TopModel.Subject
    private let grouping: Grouping?
    private let times: TimeFormat

    private static let waits = TimeKind.allCases.filter { $0 != .run }

    init(subject: TopModel.Subject, by grouping: Grouping? = nil, times: TimeFormat) {
        self.subject = subject
        self.grouping = grouping
        self.times = times
    }

    /// The names of the columns.
    var heading: String {
        let identity =
            grouping.map(TopGroup.csvNames)
            ?? [subject == .process ? "tgid" : "pid", "command", "uid", "ppid", "ended"] + CSV.exitNames
        return CSV.line(
            [times.csvName, "interval_us"] + identity + CSV.cpuTimeNames
                + (Self.waits.map(\.field) + StorageTraffic.fields).map { $0.csvName(times) })
    }

    /// Returns the rows of an interval.
    func lines(_ interval: TopInterval, _ rows: [TopRow]) -> [String] {
        rows.map { row in
            let single: [String?] = [
                "\(row.id)", row.identity.map { CSV.cell(ofName: $0.command) }, row.identity?.uid.map { "\($0)" },
                row.parent.map { "\($0)" }, "\(row.end != nil)",
            ]
            return CSV.line(
                [times.csvValue(nanoseconds: interval.time), "\(interval.microseconds)"]
                    + (row.members?.csvValues ?? single + CSV.values(of: row.end?.status))
                    + CSV.values(of: row.spent?.cpuTime)
                    + Self.waits.map { kind in row.spent?[kind].map { "\($0)" } }
                    + StorageTraffic.fields.map { field in
                        // An incomplete sum is not the value of the process.
                        row.traffic.flatMap { $0.isComplete ? $0[field] : nil }.map { "\($0)" }
                    })
        }
    }
}

import Taskstats
import TaskstatsProtocol

extension TopInterval {
    /// Encodes the interval as one line of JSON; `stats` has the changes in it, in nanoseconds, under the kernel's
    /// names.
    func json(_ rows: [TopRow], system: SystemFigures, subject: TopModel.Subject) -> [UInt8] {
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
            writer.key(subject == .process ? "processes" : "threads")
            writer.array { writer in
                for row in rows {
                    writer.value { $0.append(text: String(decoding: Self.json(row, subject), as: UTF8.self)) }
                }
            }
        }
        return writer.finish().array
    }

    private static func json(_ row: TopRow, _ subject: TopModel.Subject) -> [UInt8] {
        var writer = JSONWriter(capacity: 512)
        writer.object { writer in
            writer.field(subject == .process ? "tgid" : "pid", row.id)
            if let identity = row.identity {
                writer.field("command", identity.command)
                if let uid = identity.uid { writer.field("uid", uid) }
            }
            if let end = row.end {
                writer.field("ended", true)
                writer.field("elapsed_us", end.ageMicroseconds)
                if let status = end.status {
                    writer.key("exit")
                    writer.value { RecordEncoder.appendExit(status, to: &$0) }
                }
            }
            if let spent = row.spent {
                if let time = spent.cpuTime { writer.field("cpu_time_ns", time) }
                writer.key("stats")
                writer.object { writer in
                    for kind in TimeKind.allCases {
                        if let nanoseconds = spent[kind] { writer.field(kind.field.name, nanoseconds) }
                    }
                }
            }
        }
        return writer.finish().array
    }
}

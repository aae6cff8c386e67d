import Taskstats
import TaskstatsProtocol

extension CgroupSample {
    /// Encodes the sample as one line of JSON; `stats` has sums under the kernel's names, for `_max` and `hiwater_`
    /// maxima, or the changes in the interval.
    func json(of cgroup: Cgroup, server: ServerInfo) -> [UInt8] {
        var writer = JSONWriter(capacity: 8_192)
        writer.object { writer in
            writer.field("cgroup", cgroup.path)
            writer.field("directory", cgroup.directory)
            writer.field("time", time)
            if let intervalMicroseconds { writer.field("interval_us", intervalMicroseconds) }
            writer.field("access", server.access.rawValue)
            if let delayAccounting = server.delayAccounting { writer.field("delay_accounting", delayAccounting) }
            writer.field("cgroups", cgroups)
            writer.field("cgroups_unreadable", unreadableCgroups)
            writer.field("processes", usage.processes)
            writer.field("threads", usage.tasks)
            writer.field("complete", isComplete)
            writer.key("missing_processes")
            writer.object { missing.write(isInterval: intervalMicroseconds != nil, to: &$0) }
            writer.field("may_lack_threads", lackingThreads)
            if intervalMicroseconds == nil { usage.writeCPUTimes(to: &writer) }
            usage.omitted.write(to: &writer)
            writer.key("stats")
            writer.value { RecordEncoder.appendStats(usage.stats, fields: .all, to: &$0) }
            writer.key("pressure")
            writer.object { writer in
                for resource in Self.resources {
                    guard let pressure = pressure[resource] else { continue }
                    writer.key(resource.rawValue)
                    writer.object { pressure.write(to: &$0) }
                }
            }
        }
        return writer.finish().array
    }
}

extension CgroupSample.Missing {
    /// Writes the numbers of processes that are not included.
    fileprivate func write(isInterval: Bool, to writer: inout JSONWriter) {
        writer.field("withheld", withheld)
        writer.field("ended", ended)
        writer.field("outside_pid_namespace", outside)
        writer.field("failed", failed)
        guard isInterval else { return }
        writer.field("left", left)
        writer.field("joined", joined)
    }
}

extension CgroupSample.Pressure {
    /// Writes the stalls of some task and of all tasks.
    fileprivate func write(to writer: inout JSONWriter) {
        for (name, stall, change) in [("some", report.some, some), ("full", report.full, full)] {
            guard let stall else { continue }
            writer.key(name)
            writer.object { writer in
                for window in PressureReport.Window.allCases {
                    guard let percent = stall.percent(window) else { continue }
                    writer.key(window.name)
                    writer.value { $0.append(text: percent) }
                }
                writer.field("total_us", stall.totalMicroseconds)
                if let change { writer.field("change_us", change) }
            }
        }
    }
}

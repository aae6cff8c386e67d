import Taskstats
import TaskstatsProtocol

extension RunOutcome {
    /// Encodes the report as one line of JSON; `stats` has sums under the kernel's names, for `_max` and `hiwater_`
    /// maxima.
    func json(of command: [String], server: ServerInfo) -> [UInt8] {
        var writer = JSONWriter(capacity: 8_192)
        writer.object { writer in
            writer.field("command", command)
            writer.key("exit")
            writer.value { RecordEncoder.appendExit(status, to: &$0) }
            writer.field("elapsed_us", elapsedMicroseconds)
            writer.field("access", server.access.rawValue)
            if let delayAccounting = server.delayAccounting { writer.field("delay_accounting", delayAccounting) }
            writer.field("complete", isComplete)
            writer.field("lost", lost)
            if let countedMicroseconds { writer.field("counted_until_us", countedMicroseconds) }
            if let living { writer.field("still_running", living) }
            writer.field("of_unknown_parents", unlinked)
            writer.key("all")
            Self.write(all, to: &writer)
            writer.key("own")
            Self.write(own, to: &writer)
            writer.key("commands")
            writer.array { writer in
                for (name, usage) in family.commands {
                    writer.object { writer in
                        writer.memberCommand(name)
                        Self.writeEntries(of: usage, to: &writer)
                    }
                }
            }
        }
        return writer.finish().array
    }

    private static func write(_ usage: Usage, to writer: inout JSONWriter) {
        writer.object { writeEntries(of: usage, to: &$0) }
    }

    private static func writeEntries(of usage: Usage, to writer: inout JSONWriter) {
        writer.field("processes", usage.processes)
        writer.field("tasks", usage.tasks)
        writer.field("failed", usage.failed)
        writer.field("io_withheld", usage.withheld)
        usage.writeCPUTimes(to: &writer)
        usage.omitted.write(to: &writer)
        writer.key("stats")
        writer.value { RecordEncoder.appendStats(usage.stats, fields: .all, to: &$0) }
    }
}

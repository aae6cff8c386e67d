import Taskstats
import TaskstatsProtocol

extension RunOutcome {
    /// Encodes the report as one line of JSON; `stats` has sums under the kernel's names, for `_max` and `hiwater_`
    /// maxima.
    func json(of command: [String], server: ServerInfo) -> [UInt8] {
        var writer = JSONWriter(capacity: 8_192)
        writer.object { writer in
            writer.member("command", command)
            writer.key("exit")
            writer.value { RecordEncoder.appendExit(status, to: &$0) }
            writer.member("elapsed_us", elapsedMicroseconds)
            writer.member("access", server.access.rawValue)
            if let delayAccounting = server.delayAccounting { writer.member("delay_accounting", delayAccounting) }
            writer.member("complete", isComplete)
            writer.member("lost", lost)
            if let countedMicroseconds { writer.member("counted_until_us", countedMicroseconds) }
            if let living { writer.member("still_running", living) }
            writer.member("of_unknown_parents", unlinked)
            writer.key("all")
            Self.write(all, to: &writer)
            writer.key("own")
            Self.write(own, to: &writer)
            writer.key("commands")
            writer.array { writer in
                for (name, usage) in family.commands {
                    writer.object { writer in
                        writer.memberCommand(name)
                        Self.writeMembers(of: usage, to: &writer)
                    }
                }
            }
        }
        return writer.finish().array
    }

    private static func write(_ usage: Usage, to writer: inout JSONWriter) {
        writer.object { writeMembers(of: usage, to: &$0) }
    }

    private static func writeMembers(of usage: Usage, to writer: inout JSONWriter) {
        writer.member("processes", usage.processes)
        writer.member("tasks", usage.tasks)
        writer.member("failed", usage.failed)
        writer.member("io_withheld", usage.withheld)
        usage.writeCPUTimes(to: &writer)
        usage.omitted.write(to: &writer)
        writer.key("stats")
        writer.value { RecordEncoder.appendStats(usage.stats, fields: .all, to: &$0) }
    }
}

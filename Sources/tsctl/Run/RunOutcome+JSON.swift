import TaskstatsClient
import TaskstatsProtocol

extension RunOutcome {
    /// The report as one line of JSON; `stats` has the kernel's names, summed up, of `_max` and `hiwater_` the largest.
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
            if let living { writer.member("still_running", living) }
            writer.member("of_unknown_parents", unlinked)
            writer.key("all")
            Self.write(all, to: &writer)
            writer.key("own")
            Self.write(own, to: &writer)
        }
        return writer.finish().array
    }

    private static func write(_ usage: Usage, to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("processes", usage.processes)
            writer.member("tasks", usage.tasks)
            writer.member("failed", usage.failed)
            writer.member("io_withheld", usage.withheld)
            writer.key("stats")
            writer.value { RecordEncoder.appendStats(usage.stats, fields: .all, to: &$0) }
        }
    }
}

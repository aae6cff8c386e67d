import Taskstats
import TaskstatsProtocol

extension Summary {
    /// Encodes the summary as one line of JSON; `stats` has sums under the kernel's names, for `_max` and `hiwater_`
    /// maxima.
    func json(_ context: SummaryContext) -> [UInt8] {
        var writer = JSONWriter(capacity: 65_536)
        writer.object { writer in
            writer.field("elapsed_us", context.elapsedMicroseconds)
            if let host = context.host { writer.field("host", host) }
            if let access = context.access { writer.field("access", access) }
            if let delayAccounting = context.delayAccounting { writer.field("delay_accounting", delayAccounting) }
            writer.field("complete", context.isComplete && lost == 0 && gaps.count == 0)
            writer.key("lost")
            writer.object { writer in
                writer.field("kernel", lostInKernel)
                writer.field("queue", lostInQueue)
            }
            writer.field("gap_us", gaps.microseconds)
            writer.key("all")
            writer.object { Self.write(total, to: &$0) }
            writer.key("commands")
            writer.array { writer in
                for (name, totals) in commands {
                    writer.object { writer in
                        writer.memberCommand(name)
                        Self.write(totals, to: &writer)
                    }
                }
            }
            if let others {
                writer.key("others")
                writer.object { Self.write(others, to: &$0) }
            }
        }
        return writer.finish().array
    }

    private static func write(_ totals: CommandTotals, to writer: inout JSONWriter) {
        writer.field("tasks", totals.usage.tasks)
        writer.field("processes", totals.usage.processes)
        writer.field("failed", totals.usage.failed)
        writer.field("io_withheld", totals.usage.withheld)
        if totals.elapsed.count > 0 {
            writer.key("elapsed")
            writer.object { writer in
                for percent in [50, 90, 99] as [UInt64] {
                    writer.field("p\(percent)_us", totals.elapsed.percentile(percent) ?? 0)
                }
                writer.field("max_us", totals.elapsed.largest)
                writer.field("exact", totals.elapsed.isExact)
            }
        }
        totals.usage.writeCPUTimes(to: &writer)
        totals.usage.omitted.write(to: &writer)
        writer.field("of_several_threads", totals.usage.threaded)
        writer.key("stats")
        writer.value { RecordEncoder.appendStats(totals.usage.stats, fields: .all, to: &$0) }
    }
}

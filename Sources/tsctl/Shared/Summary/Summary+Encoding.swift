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
            writer.field("complete", context.isComplete && lost == 0 && gaps.isEmpty)
            writer.key("lost")
            writer.object { writer in
                writer.field("kernel", lostInKernel)
                writer.field("queue", lostInQueue)
                if lostInHistory > 0 { writer.field("history", lostInHistory) }
            }
            writer.field("gap_us", gaps.microseconds)
            writer.key("all")
            writer.object { Self.write(total, to: &$0) }
            writer.key(grouping.plural)
            writer.array { writer in
                for (group, totals) in groups {
                    writer.object { writer in
                        writer.fields(of: group, by: grouping)
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

    private static func write(_ totals: GroupTotals, to writer: inout JSONWriter) {
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

/// The table of `--summary` as CSV: a row for each group, and one without a name for those beyond the limit.
enum SummaryCSV {
    private static let fields: [Field] = [
        .cpuDelayTotal, .blkioDelayTotal, .swapinDelayTotal, .freepagesDelayTotal,
        .thrashingDelayTotal, .compactDelayTotal, .wpcopyDelayTotal, .readBytes, .writeBytes,
    ]
    private static let percentiles: [UInt64] = [50, 90, 99]

    /// Returns the heading and the rows.
    static func lines(_ summary: Summary) -> [String] {
        let names =
            [summary.grouping.rawValue, "tasks", "processes", "failed", "of_several_threads"] + CSV.cpuTimeNames
            + fields.map { $0.csvName(.screen) }
            + percentiles.map { "elapsed_p\($0)_us" } + ["elapsed_max_us"]
        return [CSV.line(names)]
            + summary.groups.map { row(CSV.cell(ofName: $0.group.wholeText), $0.totals) }
            + (summary.others.map { [row(nil, $0)] } ?? [])
    }

    private static func row(_ group: String?, _ totals: GroupTotals) -> String {
        let (usage, elapsed) = (totals.usage, totals.elapsed)
        return CSV.line(
            [group, "\(usage.tasks)", "\(usage.processes)", "\(usage.failed)"]
                + ["\(usage.threaded)"] + CSV.values(of: usage.cpuTime) + fields.map { totals[$0].map { "\($0)" } }
                + percentiles.map { elapsed.percentile($0).map { "\($0)" } }
                + [elapsed.count > 0 ? "\(elapsed.largest)" : nil])
    }
}

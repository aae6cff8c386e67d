import Taskstats

/// The table of `--summary` as CSV: a row for each command, and one without a name for those beyond the limit.
enum SummaryCSV {
    private static let fields: [Field] = [
        .cpuDelayTotal, .blkioDelayTotal, .swapinDelayTotal, .freepagesDelayTotal,
        .thrashingDelayTotal, .compactDelayTotal, .wpcopyDelayTotal, .readBytes, .writeBytes,
    ]
    private static let percentiles: [UInt64] = [50, 90, 99]

    /// Returns the heading and the rows.
    static func lines(_ summary: Summary) -> [String] {
        let names =
            ["command", "tasks", "processes", "failed", "of_several_threads"] + CSV.cpuTimeNames
            + fields.map { $0.csvName(.screen) }
            + percentiles.map { "elapsed_p\($0)_us" } + ["elapsed_max_us"]
        return [CSV.line(names)]
            + summary.commands.map { row(CSV.cell(ofName: PrintableText.of(name: $0.name)), $0.totals) }
            + (summary.others.map { [row(nil, $0)] } ?? [])
    }

    private static func row(_ command: String?, _ totals: CommandTotals) -> String {
        let (usage, elapsed) = (totals.usage, totals.elapsed)
        return CSV.line(
            [command, "\(usage.tasks)", "\(usage.processes)", "\(usage.failed)"]
                + ["\(usage.threaded)"] + CSV.values(of: usage.cpuTime) + fields.map { totals[$0].map { "\($0)" } }
                + percentiles.map { elapsed.percentile($0).map { "\($0)" } }
                + [elapsed.count > 0 ? "\(elapsed.largest)" : nil])
    }
}

import CommandSupport
import Taskstats

/// The timeline as text: the critical path, what limited parallelism, and the command lines that cost most.
struct TraceReport {
    private let timeline: TraceTimeline
    private let style: Style
    /// The width of the terminal; nil for lines of any length.
    private let width: Int?

    private static let pathRows = 12
    private static let commandRows = 10

    init(_ timeline: TraceTimeline, style: Style, width: Int? = nil) {
        self.timeline = timeline
        self.style = style
        self.width = width
    }

    var lines: [String] {
        guard !timeline.spans.isEmpty else { return ["No process has ended."] }
        let parts = [path, parallelism, costs, notes]
        let lines = Array(parts.filter { !$0.isEmpty }.joined(separator: [""]))
        return lines.map { line in width.map { PrintableText.cut(line, to: $0) } ?? line }
    }

    private func headed(_ title: String, _ lines: [String]) -> [String] {
        lines.isEmpty ? [] : [style.heading(title)] + lines
    }

    // MARK: Critical path

    private var path: [String] {
        let path = CriticalPath(timeline)
        let total = path.segments.reduce(UInt64(0)) { $0 + $1.duration }
        // A process that waits for its children is in several segments.
        var order: [Int] = []
        var durations: [Int: UInt64] = [:]
        for segment in path.segments {
            if durations[segment.span] == nil { order.append(segment.span) }
            durations[segment.span, default: 0] += segment.duration
        }
        let longest = Set(order.sorted { (durations[$0] ?? 0) > (durations[$1] ?? 0) }.prefix(Self.pathRows))
        let rows = order.filter(longest.contains).map { index in
            let (span, duration) = (timeline.spans[index], durations[index] ?? 0)
            return [
                DecimalText.shortMilliseconds(nanoseconds: duration), Self.percent(duration, of: total),
                "\(span.pid)", mark(span) + span.text,
            ]
        }
        let columns = ["ms", "SHARE", "PID", "COMMAND LINE"].map { Self.column($0) }
        let remaining = order.count - rows.count
        let title =
            "Critical path: \(order.count) of \(timeline.spans.count) processes determined "
            + "\(DecimalText.period(microseconds: total / 1_000)) of \(DecimalText.period(microseconds: timeline.duration / 1_000))"
        let programs = order.count > Self.pathRows ? programs(order, durations, of: total) + [""] : []
        return headed(
            title,
            programs + Table.lines(rows, columns) + (remaining > 0 ? ["(\(remaining) more with shorter parts)"] : []))
    }

    /// The path by program, for a path of many short processes.
    private func programs(_ order: [Int], _ durations: [Int: UInt64], of total: UInt64) -> [String] {
        var sums: [String: (count: Int, time: UInt64)] = [:]
        for index in order {
            let name = timeline.spans[index].name
            let sum = sums[name] ?? (0, 0)
            sums[name] = (sum.count + 1, sum.time + (durations[index] ?? 0))
        }
        let rows = sums.sorted { ($0.value.time, $1.key) > ($1.value.time, $0.key) }.prefix(Self.commandRows).map {
            [
                DecimalText.shortMilliseconds(nanoseconds: $0.value.time), Self.percent($0.value.time, of: total),
                "\($0.value.count)", $0.key,
            ]
        }
        return Table.lines(rows, ["ms", "SHARE", "PROCESSES", "COMMAND"].map { Self.column($0) })
    }

    private static func column(_ title: String) -> Column {
        Column(
            title: title, alignment: ["COMMAND", "COMMAND LINE", "LIMITED BY"].contains(title) ? .left : .right,
            width: 0)
    }

    private func mark(_ span: TraceSpan) -> String {
        guard span.isFailure, let exit = span.details.exit else { return "" }
        return style.failure("[\(ExitText.cell(exit))]") + " "
    }

    // MARK: Parallelism

    private var parallelism: [String] {
        let limits = TraceLimits(timeline)
        guard limits.total > 0 else { return [] }
        let rows = TraceLimits.Limit.allCases.compactMap { limit -> [String]? in
            guard let time = limits.times[limit], time > 0 else { return nil }
            return [
                DecimalText.shortMilliseconds(nanoseconds: time), Self.percent(time, of: limits.total),
                limit.text(cpus: timeline.cpus),
            ]
        }
        let columns = ["ms", "SHARE", "LIMITED BY"].map { Self.column($0) }
        let average = DecimalText.fixed(limits.averageRunning, 1)
        return headed("Parallelism: \(average) processes ran on average", Table.lines(rows, columns))
    }

    // MARK: Costs

    private var costs: [String] {
        let costs = TraceCosts(timeline)
        return headed("Most CPU time", table(costs.byCPU.prefix(Self.commandRows)))
            + [""] + headed("Most waits", table(costs.byWaits.prefix(Self.commandRows)))
            + [""] + headed("Most runs", table(costs.byRuns.prefix(Self.commandRows)))
    }

    private func table(_ costs: some Sequence<TraceCosts.Cost>) -> [String] {
        let columns = ["RUNS", "RUN ms", "WAIT ms", "COMMAND LINE"].map { Self.column($0) }
        let rows = costs.map { cost in
            [
                "\(cost.runs)", cost.cpuTime.map(CPUTimeText.milliseconds) ?? "-",
                DecimalText.shortMilliseconds(nanoseconds: cost.waited), cost.text,
            ]
        }
        return Table.lines(rows, columns)
    }

    // MARK: Notes

    private var notes: [String] {
        var notes = ["\(timeline.startNote); states are spread evenly over the life of each process"]
        let reparented = timeline.spans.count(where: \.isReparented)
        if reparented > 0 { notes.append("\(reparented) processes outlived the process that started them") }
        if timeline.omitted > 0 { notes.append("\(timeline.omitted) more processes are left out") }
        notes += timeline.losses.prefix(10).map(\.text)
        return Table.facts(notes.map { ("note", $0) })
    }

    private static func percent(_ part: UInt64, of whole: UInt64) -> String {
        whole == 0 ? "-" : "\(Int((Double(part) / Double(whole) * 100).rounded())) %"
    }
}

import CommandSupport
import Taskstats

/// The sums over all processes of a timeline.
struct PictureTotals {
    private(set) var processes = 0
    private(set) var failed = 0
    private(set) var reparented = 0
    private(set) var cpuTime = CPUTime.zero
    private(set) var waits: [WaitKind: (nanoseconds: UInt64, count: UInt64)] = [:]

    /// Adds up all spans.
    init(_ timeline: TraceTimeline) {
        for span in timeline.spans {
            processes += 1
            if span.isFailure { failed += 1 }
            if span.isReparented { reparented += 1 }
            if let time = span.details.cpuTime { cpuTime = cpuTime + time }
            for wait in span.details.waits {
                waits[wait.kind, default: (0, 0)].nanoseconds &+= wait.nanoseconds
                waits[wait.kind, default: (0, 0)].count &+= wait.count
            }
        }
    }

    /// The totals as lines of a table: the name and the value.
    func lines(elapsed: UInt64) -> [(name: String, value: String)] {
        var lines = [
            ("elapsed", PictureText.duration(elapsed)), ("processes", PictureText.count(processes)),
            ("failed", PictureText.count(failed)), ("CPU", PictureText.duration(cpuTime.middleNanoseconds)),
        ]
        if elapsed > 0 {
            lines.append(
                ("CPUs in use, average", DecimalText.fixed(Double(cpuTime.middleNanoseconds) / Double(elapsed), 1)))
        }
        for kind in WaitKind.allCases {
            guard let wait = waits[kind] else { continue }
            lines.append(("waits: \(kind.title)", PictureText.duration(wait.nanoseconds)))
        }
        if reparented > 0 { lines.append(("reparented", PictureText.count(reparented))) }
        return lines
    }

    /// The most important facts as one line.
    func heading(_ timeline: TraceTimeline) -> String {
        var facts = [
            "\(PictureText.duration(timeline.duration)) elapsed",
            PictureText.count(processes, "process", "processes"), "\(PictureText.count(failed)) failed",
        ]
        if let cpus = timeline.cpus { facts.append(PictureText.count(cpus, "CPU", "CPUs")) }
        let start = timeline.start
        if start > 0 { facts.append("from \(TimeFormat.utc.rfc3339(nanoseconds: start, decimals: 3))") }
        return facts.joined(separator: " · ")
    }

    /// The notes that a reader needs to interpret the picture.
    static func notes(_ timeline: TraceTimeline, rule: String?) -> [String] {
        var notes = ["Times: \(timeline.startNote)."]
        if let rule { notes.append(rule) }
        if timeline.omitted > 0 {
            notes.append(
                "Left out: \(PictureText.count(timeline.omitted, "process", "processes")) beyond the limit of "
                    + "\(PictureText.count(TraceTimeline.limit)).")
        }
        for loss in timeline.losses.prefix(5) { notes.append("Missing records: \(PrintableText.of(loss.text)).") }
        if timeline.losses.count > 5 {
            notes.append("Missing records at \(PictureText.count(timeline.losses.count - 5)) other times.")
        }
        return notes
    }
}

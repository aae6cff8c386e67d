import Taskstats
import TaskstatsProtocol

/// The timeline of a recording.
struct RecordedTimeline {
    private var collector = TraceCollector(root: nil, tick: CPUTime.longestTick)
    private var selection: RecordedExits
    private var cpus: Int?
    private var isBegun = false
    private var isEnded = true
    /// The number of tasks that ended so far.
    private(set) var exits: UInt64 = 0
    /// The number of damaged places.
    private(set) var damages: UInt64 = 0

    /// Creates a timeline of the processes that match the filter.
    init(_ filter: RecordFilter, cpus: CPUSet?) {
        selection = RecordedExits(cpus: cpus, scope: nil, filter: filter)
    }

    /// Adds an item of the recording.
    mutating func take(_ item: RecordingItem) {
        switch item {
        case .line(.header(let header), _):
            // The ticks of one machine are equal; a second recording in the file continues the timeline.
            if !isBegun { collector = TraceCollector(root: nil, tick: header.server.tick ?? CPUTime.longestTick) }
            (isBegun, isEnded, cpus) = (true, false, header.server.onlineCPUs.count)
        case .line(.exit(let exit), _):
            exits += 1
            if selection.selects(exit) { collector.ended(exit) }
        case .line(.lost(let loss), _): if selection.selects(loss) { collector.lost(LossText.of(loss)) }
        case .line(.gap(let gap), _):
            collector.lost(Gap(from: gap.from, to: gap.to, reason: gap.reason).textOfStream)
        case .damaged(let line, let problem, _):
            damages += 1
            if damages <= Player.reportLimit { Console.print("line \(line): \(problem)") }
        case .truncated(let line): Console.print("line \(line), the last one, is truncated")
        case .line(.footer, _): isEnded = true
        case .line(.start, _), .line(.other, _), .incomplete: break
        }
    }

    /// Returns the timeline so far; nil if there was no header.
    func timeline(title: String) -> TraceTimeline? {
        guard isBegun else { return nil }
        let timeline = collector.timeline(title: title, cpus: cpus)
        if !isEnded { Player.reportTruncated(after: timeline.spans.isEmpty ? nil : timeline.end) }
        return timeline
    }
}

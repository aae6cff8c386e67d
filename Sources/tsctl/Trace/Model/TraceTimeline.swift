import Taskstats

/// The processes of a build or a recording over time, as a tree: what all pictures and traces are made of.
///
/// Times are those of the daemon's clock. A start is the one that the daemon observed, or the end less the elapsed
/// time, which the kernel counts in microseconds; each span says which. A child never starts before its parent, so
/// that rounding does not show as nonsense; one that lives longer than its parent was reparented, and says so.
struct TraceTimeline {
    /// Records that are missing at a time.
    struct Loss {
        let time: UInt64
        let text: String
    }

    /// All spans, each parent before its children, in the order in which they started.
    let spans: [TraceSpan]
    let losses: [Loss]
    /// The number of processes beyond ``limit``.
    let omitted: UInt64
    /// The number of CPUs of the machine; nil if it is unknown.
    let cpus: Int?
    /// What was run or recorded.
    let title: String

    /// The maximum number of processes.
    static let limit = 1_000_000
    /// The latest time, in the year 2116: only damaged recordings have later ones, with which sums would overflow.
    static let latest: UInt64 = 1 << 62

    /// The first start and the last end.
    let start: UInt64
    let end: UInt64
    var duration: UInt64 { end > start ? end - start : 0 }

    init(spans: [TraceSpan], losses: [Loss], omitted: UInt64, cpus: Int?, title: String) {
        (self.spans, self.losses, self.omitted, self.cpus, self.title) = (spans, losses, omitted, cpus, title)
        start = spans.map(\.start).min() ?? losses.first?.time ?? 0
        end = spans.map(\.end).max() ?? losses.last?.time ?? 0
    }

    /// The note on how starts are known: "starts observed by the daemon", or with the number of others.
    var startNote: String {
        let derived = spans.count { $0.details.startSource == .elapsed }
        if derived == 0 { return "starts as the daemon observed them" }
        if derived == spans.count { return "starts derived from elapsed times" }
        return "\(spans.count - derived) starts as the daemon observed them, \(derived) derived from elapsed times"
    }
}

/// The collection of a timeline, from the records of tasks as they end.
struct TraceCollector {
    private let tick: Duration
    private var tree: DescentTree<TraceSpan.Details>
    private var losses: [TraceTimeline.Loss] = []
    private var last: UInt64 = 0

    /// The fields that a timeline needs.
    static let fields = FieldSet(WaitKind.allCases.flatMap { [$0.total, $0.count] })
        .union(FieldSet(group: .identity)).union(FieldSet(group: .time)).union(FieldSet(group: .cpu))
        .union([.hiwaterRss, .readBytes, .writeBytes])

    /// Creates a collection of the descendants of a process, or of all processes.
    init(root: UInt32?, unrelated: Set<UInt32> = [], tick: Duration) {
        self.tick = tick
        tree = DescentTree(root: root, unrelated: unrelated, limit: TraceTimeline.limit)
    }

    /// The process at the top of the tree, while it lives.
    var command: UInt32? {
        get { tree.command }
        set { tree.command = newValue }
    }

    /// Adds the process that ended with a task; other tasks are not processes.
    mutating func ended(_ record: ExitRecord) {
        last = max(last, min(record.time, TraceTimeline.latest))
        let process = DescentTree<TraceSpan.Details>.Process(record, details: Self.details, tick: tick)
        if let process { tree.ended(process) }
    }

    /// Adds records that are missing, at the time of the last one before.
    mutating func lost(_ text: String) { losses.append(TraceTimeline.Loss(time: last, text: text)) }

    private static func details(_ exit: ShownExit) -> TraceSpan.Details {
        let record = exit.record
        let firstParent = (record.origin?.parents?.first?.pid).map { UInt64($0) }
        return TraceSpan.Details(
            command: record.task.commandBytes ?? [], commandLine: record.origin?.commandLine?.text, exit: record.exit,
            cpuTime: exit.cpuTime,
            waits: WaitKind.allCases.compactMap { kind in
                guard let time = exit[kind.total], let count = exit[kind.count], time > 0 || count > 0
                else { return nil }
                return TraceWait(kind: kind, nanoseconds: time, count: count)
            },
            hasThreads: exit.sums != nil, peakMemoryKiB: exit[.hiwaterRss], readBytes: exit[.readBytes],
            writtenBytes: exit[.writeBytes],
            startSource: record.origin?.startedNanoseconds == nil ? .elapsed : .observed,
            isReparented: firstParent != nil && firstParent != record.task[.acPpid])
    }

    /// Returns the timeline of what has ended so far.
    func timeline(title: String, cpus: Int?) -> TraceTimeline {
        var spans: [TraceSpan] = []
        // The place of the last span of each depth.
        var places: [Int] = []
        for entry in tree.entries {
            places.removeLast(max(0, places.count - entry.depth))
            let parent = places.last
            let process = entry.process
            let start = min(max(process.start, parent.map { spans[$0].start } ?? 0), TraceTimeline.latest)
            spans.append(
                TraceSpan(
                    pid: process.pid, parent: parent, depth: entry.depth, start: start,
                    end: max(min(process.end, TraceTimeline.latest), start),
                    details: process.details))
            places.append(spans.count - 1)
        }
        return TraceTimeline(spans: spans, losses: losses, omitted: tree.omitted, cpus: cpus, title: title)
    }
}

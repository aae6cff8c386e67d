import CommandSupport
import Taskstats

/// The metrics of a snapshot: a sequence of pieces of text, of one or a few families each.
///
/// Each family has at most one series for each group and value of its second label, and no label has the id of a process.
/// So the number of series is bounded: see ``seriesPerGroup``.
struct ExporterMetrics: Sequence, IteratorProtocol {
    /// The number of series of a group at most, without those of other signals.
    static let seriesPerGroup =
        2 + expectedSignals.count + 2 + 1 + 2 * WaitKind.allCases.count + 6 + 2 * (TimeHistogram.boundTexts.count + 3)
    /// Signals whose series exist before the first process that they end, so that an alert sees its increase: SIGKILL and
    /// SIGSEGV.
    private static let expectedSignals: [UInt8: UInt64] = [9: 0, 11: 0]

    private let snapshot: ExporterSnapshot
    private let groups: [(labels: MetricLabels, totals: GroupTotals)]
    private var text: MetricsText
    private var remaining: ArraySlice<Piece>

    private enum Piece: CaseIterable {
        case exporter, exits, cpu, uncounted, waitSeconds, waits, traffic, faults, switches, lifetimes, cpuWaits, end
    }

    /// Creates the metrics in a format.
    init(_ snapshot: ExporterSnapshot, _ format: MetricsText.Format) {
        self.snapshot = snapshot
        let table = snapshot.groups
        let special = [(GroupTable.otherName, table.other), (GroupTable.evictedName, table.evicted)]
        groups = table.entries.map { ($0.labels, $0.totals) } + special.map { (MetricLabels([("group", $0)]), $1) }
        text = MetricsText(format, capacity: 65_536)
        remaining = Piece.allCases[...]
    }

    /// Returns the next piece; nil after the last one.
    mutating func next() -> [UInt8]? {
        guard let piece = remaining.popFirst() else { return nil }
        switch piece {
        case .exporter: addExporter()
        case .exits: addExits()
        case .cpu:
            begin("cpu_seconds", "seconds", "Time on CPUs, without the part that last records can lack.")
            addTimes("mode", [("user", TaskCounters.Place.user), ("system", TaskCounters.Place.system)])
        case .uncounted:
            begin(
                "cpu_uncounted_seconds", "seconds",
                "Time on CPUs that may be missing: at most a tick for each task that ended.")
            for group in groups { text.sample(group.labels, nanoseconds: group.totals.uncountedNanoseconds) }
        case .waitSeconds:
            begin("wait_seconds", "seconds", "Time of waits; kinds that the kernel does not count are absent.")
            addTimes("kind", Self.kinds.enumerated().map { ($0.element, $0.offset) })
        case .waits:
            begin("waits", nil, "Number of waits; kinds that the kernel does not count are absent.")
            add("kind", Self.kinds.enumerated().map { ($0.element, $0.offset + TaskCounters.Place.waitCounts) })
        case .traffic:
            begin("io_bytes", "bytes", "Storage traffic, rounded down to 1,024 bytes for each task.")
            add("direction", [("read", TaskCounters.Place.readBytes), ("write", TaskCounters.Place.writeBytes)])
        case .faults:
            begin("page_faults", nil, "Page faults; major ones waited for a disk.")
            add("kind", [("minor", TaskCounters.Place.minorFaults), ("major", TaskCounters.Place.majorFaults)])
        case .switches:
            begin("context_switches", nil, "Context switches.")
            add(
                "kind",
                [
                    ("voluntary", TaskCounters.Place.voluntarySwitches),
                    ("involuntary", TaskCounters.Place.involuntarySwitches),
                ])
        case .lifetimes: addHistograms("process_lifetime_seconds", "Lifetimes of processes that ended.", \.lifetimes)
        case .cpuWaits:
            addHistograms(
                "process_cpu_wait_seconds", "Time that each process that ended had waited for a CPU.", \.cpuWaits)
        case .end: text.end()
        }
        return text.take()
    }

    /// The names of waits, in the order of ``WaitKind``.
    private static let kinds = WaitKind.allCases.map { kind in
        switch kind {
        case .freepages: "reclaim"
        case .compact: "compaction"
        default: kind.rawValue
        }
    }

    // MARK: Groups

    private mutating func begin(_ name: String, _ unit: String?, _ help: String) {
        text.begin("taskstats_\(name)", .counter, unit: unit, help)
    }

    private mutating func addExits() {
        begin("exits", nil, "Processes that ended, by outcome: ok, failed, or the signal that ended them.")
        for group in groups {
            text.sample(group.labels, "outcome", "ok", group.totals.succeeded)
            text.sample(group.labels, "outcome", "failed", group.totals.failed)
            let signals = Self.expectedSignals.merging(group.totals.signals) { $1 }
            for (signal, count) in signals.sorted(by: { $0.key < $1.key }) {
                text.sample(group.labels, "outcome", SignalName.of(signal), count)
            }
        }
    }

    private mutating func add(_ label: StaticString, _ places: [(word: String, place: Int)]) {
        for group in groups {
            for (word, place) in places {
                if let value = group.totals.sums[place] { text.sample(group.labels, label, word, value) }
            }
        }
    }

    private mutating func addTimes(_ label: StaticString, _ places: [(word: String, place: Int)]) {
        for group in groups {
            for (word, place) in places {
                if let value = group.totals.sums[place] { text.sample(group.labels, label, word, nanoseconds: value) }
            }
        }
    }

    private mutating func addHistograms(_ name: String, _ help: String, _ path: KeyPath<GroupTotals, TimeHistogram>) {
        text.begin("taskstats_\(name)", .histogram, unit: "seconds", help)
        for group in groups {
            let histogram = group.totals[keyPath: path]
            text.histogram(
                group.labels, bounds: TimeHistogram.boundTexts, counts: histogram.buckets,
                nanoseconds: histogram.nanoseconds)
        }
    }

    // MARK: The exporter itself

    private mutating func addExporter() {
        addState()
        addRecords()
        gauge("groups", "Groups with series of their own.", UInt64(snapshot.groups.entries.count))
        begin("groups_evicted", nil, "Groups that lost their series because others needed them.")
        text.sample(snapshot.groups.evictions)
        gauge("living_tasks", "Tasks in the last sample of living tasks.", UInt64(snapshot.living))
        text.begin(
            "taskstats_sample_duration_seconds", .gauge, unit: "seconds",
            "Time that the last sample of living tasks took.")
        text.sample(MetricLabels(), nanoseconds: snapshot.sampleMicroseconds * 1_000)
    }

    private mutating func addState() {
        text.begin("taskstats_exporter", .info, "This exporter, and its daemon.")
        text.sample(
            MetricLabels([
                ("version", Release.version), ("by", snapshot.grouping.rawValue),
                ("server", snapshot.server?.server ?? ""), ("access", snapshot.server?.access.rawValue ?? ""),
            ]), 1)
        gauge("up", "Whether taskstatsd answered: 1 or 0.", snapshot.isUp ? 1 : 0)
        if let isOn = snapshot.delayAccounting {
            gauge("delay_accounting", "Whether kernel.task_delayacct is on: 1 or 0.", isOn ? 1 : 0)
        }
    }

    private mutating func addRecords() {
        begin("records", nil, "Records of tasks that ended.")
        text.sample(snapshot.records)
        if let index = snapshot.lastIndex {
            gauge("record_index", "Index of the last record, which this instance of the daemon gave it.", index)
        }
        begin("records_lost", nil, "Records that were lost, and are in no sum, by the place of the loss.")
        for (place, count) in [
            ("kernel", snapshot.losses.kernel), ("queue", snapshot.losses.queue), ("history", snapshot.losses.history),
        ] { text.sample(MetricLabels(), "place", place, count) }
        begin("gaps", nil, "Periods in which an unknown number of records was lost.")
        text.sample(snapshot.losses.gaps)
        begin("records_without_waits", nil, "Records without some waits, by the reason.")
        text.sample(MetricLabels(), "reason", "implausible", snapshot.implausible)
        text.sample(MetricLabels(), "reason", "uncounted", snapshot.uncounted)
    }

    private mutating func gauge(_ name: String, _ help: String, _ value: UInt64) {
        text.begin("taskstats_\(name)", .gauge, help)
        text.sample(value)
    }
}

import CommandSupport
import Taskstats

/// The counts of ended tasks by command or another property, and the losses, in bounded memory.
///
/// A process chooses its own name, so the number of distinct groups is bounded: tasks of further ones count among the
/// others. The maximum is 16 MiB.
struct Summary {
    /// The maximum number of distinct groups.
    static let mostGroups = 1_000

    /// Returns the fields that are added up, and those that identify what they belong to.
    static func fields(by grouping: Grouping) -> FieldSet {
        Usage.added.union(Usage.largest)
            .union([.acEtime, .acTgetime, .acFlag, .acExitcode, .acTgid])
            .union(grouping == .command ? [.acComm] : grouping == .user ? [.acUid] : [])
    }

    private let scope: RecordScope
    /// The property that the tasks of a group have in common.
    let grouping: Grouping
    /// The tick of the kernel that writes the records.
    var tick = CPUTime.longestTick
    private var byGroup: [Group: GroupTotals] = [:]
    /// The counts of further groups.
    private(set) var others: GroupTotals?
    /// The number of records lost between the kernel and the daemon.
    private(set) var lostInKernel: UInt64 = 0
    /// The number of records lost between the daemon and tsctl.
    private(set) var lostInQueue: UInt64 = 0
    private(set) var lostInHistory: UInt64 = 0
    /// The times without a connection to the daemon.
    private(set) var gaps = GapTotal()

    /// Creates an empty summary; counts are of tasks or, with that scope, of whole processes.
    init(scope: RecordScope, by grouping: Grouping = .command) {
        self.scope = scope
        self.grouping = grouping
    }

    /// The number of lost records in total.
    var lost: UInt64 { lostInKernel &+ lostInQueue &+ lostInHistory }

    /// Adds a task that ended.
    mutating func add(_ record: ExitRecord) {
        let group = grouping.group(of: record)
        let exit = ShownExit(record: record, scope: scope, tick: tick)
        if byGroup.count < Self.mostGroups || byGroup[group] != nil {
            byGroup[group, default: GroupTotals()].add(exit)
        } else {
            var sum = others ?? GroupTotals()
            others = nil
            sum.add(exit)
            others = sum
        }
    }

    /// Adds a loss of records.
    mutating func add(_ loss: LostRecords) {
        gaps.add(loss)
        let count = loss.count ?? 0
        switch loss.place {
        case .kernel, .starts: lostInKernel &+= count
        case .queue: lostInQueue &+= count
        case .history: lostInHistory &+= count
        }
    }

    /// Adds a period in which records are missing.
    mutating func add(_ gap: Gap) { gaps.add(gap) }

    /// A text about the losses; nil if there are none.
    var losses: String? {
        guard lost > 0 || !gaps.isEmpty else { return nil }
        let history = lostInHistory > 0 ? ", \(lostInHistory) no longer kept" : ""
        let records =
            "\(lost) records were lost (\(lostInKernel) in the kernel, \(lostInQueue) in the queue\(history))"
        return "\(records)\(gaps.suffix): the figures do not include them"
    }

    /// The totals of all groups.
    var total: GroupTotals {
        var total = others ?? GroupTotals()
        for totals in byGroup.values { total.add(totals) }
        return total
    }

    /// The groups, sorted by their maximum CPU time.
    var groups: [(group: Group, totals: GroupTotals)] {
        byGroup
            .map { (group: $0.key, totals: $0.value) }
            .sorted { left, right in
                let (ours, theirs) = (left.totals.usage.mostCPUTime, right.totals.usage.mostCPUTime)
                if ours != theirs { return ours > theirs }
                if left.totals.usage.tasks != right.totals.usage.tasks {
                    return left.totals.usage.tasks > right.totals.usage.tasks
                }
                return left.group.orderBytes.lexicographicallyPrecedes(right.group.orderBytes)
            }
    }
}

/// The circumstances of a summary: where and when it was taken, and whether it is complete.
struct SummaryContext {
    /// The time watched, or between the first and the last record.
    var elapsedMicroseconds: UInt64
    /// The access of the user: all or own.
    var access: String?
    /// Whether the kernel counted all delays; nil if that is unknown.
    var delayAccounting: Bool?
    /// The host that was recorded; nil for this one.
    var host: String?
    /// Whether no record is missing that should be there.
    var isComplete = true
}

/// The counts of all tasks of a group.
struct GroupTotals {
    /// The sums.
    private(set) var usage = Usage()
    /// The distribution of their lifetimes.
    private(set) var elapsed = ElapsedDistribution()

    /// Adds the record of a task, which stands for all threads if processes are watched.
    mutating func add(_ exit: ShownExit) {
        if let time = exit.elapsedNanoseconds { elapsed.add(time / 1_000) }
        usage.add(exit.record, sums: exit.sums, tick: exit.tick)
    }

    /// Adds the counts of another group.
    mutating func add(_ other: GroupTotals) {
        usage.add(other.usage)
        elapsed.add(other.elapsed)
    }

    /// The sum, or the maximum, of a field; nil if no record had it.
    subscript(field: Field) -> UInt64? { usage.stats[field] }

    /// Returns the sum of several fields; nil if no record had any.
    func sum(_ fields: FieldSet) -> UInt64? {
        fields.reduce(nil) { sum, field in self[field].map { (sum ?? 0) &+ $0 } ?? sum }
    }
}

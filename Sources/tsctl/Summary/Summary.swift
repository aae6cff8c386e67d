import TaskstatsClient

/// What ended, added up by command, and what of it is missing; it takes no more memory however long it goes on.
///
/// A process names itself as it likes, so the number of names that are kept apart is bounded: what comes with a further
/// name counts among the others. At most that is 16 MiB.
struct Summary {
    /// How many commands are kept apart.
    static let mostCommands = 1_000

    /// The members that are added up, and those that tell what they belong to.
    static let fields = Usage.added.union(Usage.largest)
        .union([.acComm, .acEtime, .acTgetime, .acFlag, .acExitcode, .acTgid])

    private let scope: RecordScope
    private var byCommand: [[UInt8]: CommandTotals] = [:]
    /// What had a name beyond those that are kept apart.
    private(set) var others: CommandTotals?
    /// Records lost between the kernel and the daemon.
    private(set) var lostInKernel: UInt64 = 0
    /// Records lost between the daemon and tsctl.
    private(set) var lostInQueue: UInt64 = 0

    /// Nothing so far; counts are of tasks or, with that scope, of whole processes.
    init(scope: RecordScope) { self.scope = scope }

    /// Records lost in all.
    var lost: UInt64 { lostInKernel &+ lostInQueue }

    /// A task that ended.
    mutating func add(_ record: ExitRecord) {
        let name = record.task.commandBytes ?? []
        if byCommand.count < Self.mostCommands || byCommand[name] != nil {
            byCommand[name, default: CommandTotals()].add(record, scope: scope)
        } else {
            var sum = others ?? CommandTotals()
            others = nil
            sum.add(record, scope: scope)
            others = sum
        }
    }

    /// Records that are missing.
    mutating func add(_ loss: LostRecords) {
        switch loss.place {
        case .kernel: lostInKernel &+= loss.count
        case .queue: lostInQueue &+= loss.count
        }
    }

    /// All commands together.
    var total: CommandTotals {
        var total = others ?? CommandTotals()
        for totals in byCommand.values { total.add(totals) }
        return total
    }

    /// Each command, those first that used a CPU longest.
    var commands: [(name: String, totals: CommandTotals)] {
        byCommand
            .map { (name: String(decoding: $0.key, as: UTF8.self), totals: $0.value) }
            .sorted { left, right in
                let (ours, theirs) = (left.totals[.cpuRunVirtualTotal] ?? 0, right.totals[.cpuRunVirtualTotal] ?? 0)
                if ours != theirs { return ours > theirs }
                if left.totals.usage.tasks != right.totals.usage.tasks {
                    return left.totals.usage.tasks > right.totals.usage.tasks
                }
                return left.name < right.name
            }
    }
}

/// What a summary was made from.
struct SummaryContext {
    /// How long it was watched, or the time between the first and the last record.
    var elapsedMicroseconds: UInt64
    /// What could be seen: all or own.
    var access: String?
    /// Whether the kernel counted all delays; nil when that is not known.
    var delayAccounting: Bool?
    /// The host that was recorded; nil for this one.
    var host: String?
    /// Whether nothing that should be there is missing.
    var isComplete = true
}

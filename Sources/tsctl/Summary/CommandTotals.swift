import TaskstatsClient

/// What was counted for all tasks of one command name.
struct CommandTotals {
    /// The sums.
    private(set) var usage = Usage()
    /// How long they lived.
    private(set) var elapsed = ElapsedDistribution()

    /// The record of a task; when processes are watched it stands for all threads of one.
    mutating func add(_ record: ExitRecord, scope: RecordScope) {
        if let time = ShownExit(record: record, scope: scope).elapsedNanoseconds { elapsed.add(time / 1_000) }
        guard scope == .process, let process = record.process else { return usage.add(record) }
        var whole = record
        for field in process.present.intersection(Usage.added) {
            if let sum = process[field] { whole.task.set(field, to: sum) }
        }
        usage.add(whole)
    }

    /// What was counted for others.
    mutating func add(_ other: CommandTotals) {
        usage.add(other.usage)
        elapsed.add(other.elapsed)
    }

    /// A sum, or the largest, of a member; nil when no record had it.
    subscript(field: Field) -> UInt64? { usage.stats[field] }

    /// The sum of several members; nil when no record had any.
    func sum(_ fields: FieldSet) -> UInt64? {
        fields.reduce(nil) { sum, field in self[field].map { (sum ?? 0) &+ $0 } ?? sum }
    }
}

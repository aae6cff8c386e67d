import TaskstatsClient

/// One task or process as a row of a table shows it.
struct TaskRow {
    /// What the row stands for.
    enum Kind: Hashable { case task, process, total }

    /// What tells rows apart.
    struct Key: Hashable {
        let kind: Kind
        let id: UInt32
    }

    let key: Key
    /// The counters: of the task, or the sums of the process.
    var counters: TaskRecord
    /// The first task of a process: who it is, and what is not summed up.
    var leader: TaskRecord?
    /// The daemon's own answers.
    var texts: [[UInt8]] = []

    var id: UInt32 { key.id }

    /// The value of a member: of the sums where they have it.
    subscript(field: Field) -> UInt64? { counters[field] ?? leader?[field] }

    /// The member as text.
    func text(_ field: Field) -> String? {
        FieldText.of(field, in: counters) ?? leader.flatMap { FieldText.of(field, in: $0) }
    }

    /// How old it is, in microseconds, by what shows best whether it is still the same.
    var ageMicroseconds: UInt64? { leader?[.acEtime] ?? counters[.acEtime] }

    /// What was counted since an earlier look at the same task, or since its beginning.
    func since(_ earlier: TaskRow?) -> TaskRow {
        var difference = self
        difference.counters = counters.since(earlier?.counters)
        difference.leader = leader?.since(earlier?.leader)
        return difference
    }
}

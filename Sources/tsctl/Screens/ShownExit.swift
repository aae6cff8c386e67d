import TaskstatsClient

/// An exit as one row shows it.
///
/// When processes are watched, the counters are those of the whole process where the kernel summed them up; the task's
/// own are then only those of the thread that happened to end last.
struct ShownExit {
    let record: ExitRecord
    let scope: RecordScope

    /// The value of a member: of the process when it is told and meant, else of the task.
    subscript(field: Field) -> UInt64? {
        if scope == .process, let sum = record.process?[field] { return sum }
        return record.task[field]
    }

    /// The member as text, of the same record.
    func text(_ field: Field) -> String? {
        if scope == .process, let process = record.process, process[field] != nil {
            return FieldText.of(field, in: process)
        }
        return FieldText.of(field, in: record.task)
    }

    /// How long the task, or the process, has lived.
    var elapsedNanoseconds: UInt64? {
        let process = scope == .process ? record.task[.acTgetime] : nil
        return (process ?? record.task[.acEtime]).map { Nanoseconds.of(microseconds: $0) }
    }

    /// The sum of those that are there; nil when none is.
    func sum(_ fields: FieldSet) -> UInt64? {
        fields.reduce(nil) { sum, field in self[field].map { (sum ?? 0) &+ $0 } ?? sum }
    }
}

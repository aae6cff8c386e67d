import Taskstats
import TaskstatsProtocol

/// The number of waits that are missing from the figures, by reason.
struct OmittedWaits: Equatable {
    /// The waits of kinds that the kernel reports as longer than the life of the task.
    private(set) var implausible: UInt64 = 0
    /// The tasks with such a kind of wait.
    private(set) var tasks: UInt64 = 0
    /// The tasks that started before delay accounting was on, or lived while it was off.
    private(set) var uncounted: UInt64 = 0

    /// Adds the omissions of a record.
    mutating func add(_ record: TaskRecord) {
        if record.hasUncountedDelays { uncounted += 1 }
        let kinds = record.implausibleWaits
        guard !kinds.isEmpty else { return }
        tasks += 1
        // At least one: the count may not have been requested.
        for kind in kinds { implausible &+= max(1, record.implausibleValue(of: kind.count) ?? 1) }
    }

    /// Adds other omissions.
    mutating func add(_ other: OmittedWaits) {
        implausible &+= other.implausible
        tasks += other.tasks
        uncounted += other.uncounted
    }

    /// Returns a sentence for each reason; `subjects` names what the records are of.
    func notes(_ subjects: (one: String, many: String) = ("task", "tasks")) -> [String] {
        func count(_ number: UInt64) -> String { "\(number) \(number == 1 ? subjects.one : subjects.many)" }
        var notes: [String] = []
        if tasks > 0 {
            notes.append(
                "\(implausible) \(implausible == 1 ? "wait" : "waits") of \(count(tasks)) omitted: "
                    + "the kernel reports a wait that is longer than the life of the task")
        }
        if uncounted > 0 {
            notes.append(
                "waits of \(count(uncounted)) not counted, except for a CPU: "
                    + "delay accounting was not always on during their life")
        }
        return notes
    }
}

extension OmittedWaits {
    /// Writes the numbers of missing waits.
    func write(to writer: inout JSONWriter) {
        writer.key("implausible")
        writer.object { writer in
            writer.field("waits", implausible)
            writer.field("tasks", tasks)
        }
        writer.field("uncounted_tasks", uncounted)
    }
}

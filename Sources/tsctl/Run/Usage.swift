import TaskstatsClient

/// What was counted for a set of processes: the sums over their tasks, and the largest of what cannot be added up.
///
/// Sums over tasks are exact for processes too: the kernel counts everything for each thread by itself, but for the
/// peaks of memory, which belong to a process and are only compared.
struct Usage: Equatable {
    /// Threads, and processes of one thread.
    private(set) var tasks: UInt64 = 0
    /// Processes that ended.
    private(set) var processes: UInt64 = 0
    /// Those of them that ended with another code than 0 or by a signal.
    private(set) var failed: UInt64 = 0
    /// Tasks whose I/O the daemon withheld.
    private(set) var withheld: UInt64 = 0
    /// The sums and the largest.
    private(set) var stats = TaskRecord(kind: .process)

    /// Members whose largest value counts.
    static let largest: FieldSet = FieldSet(
        Field.allCases.filter { $0.group == .extreme && $0.name.hasSuffix("_delay_max") }
    ).union([.hiwaterRss, .hiwaterVm])

    /// Members that add up.
    static let added = [FieldGroup.cpu, .delay, .memory, .io, .context].reduce(FieldSet()) {
        $0.union(FieldSet(group: $1))
    }.subtracting(largest)

    /// The record of a task.
    mutating func add(_ record: ExitRecord) {
        tasks += 1
        if record.isLast ?? true {
            processes += 1
            if record.exit?.isSuccess == false { failed += 1 }
        }
        if record.redacted.contains(.io) { withheld += 1 }
        add(record.task)
    }

    /// What was counted for others.
    mutating func add(_ other: Usage) {
        tasks += other.tasks
        processes += other.processes
        failed += other.failed
        withheld += other.withheld
        add(other.stats)
    }

    private mutating func add(_ record: TaskRecord) {
        for field in record.present.intersection(Self.added) {
            guard let value = record[field] else { continue }
            let (sum, overflow) = (stats[field] ?? 0).addingReportingOverflow(value)
            stats.set(field, to: overflow ? .max : sum)
        }
        for field in record.present.intersection(Self.largest) {
            guard let value = record[field] else { continue }
            stats.set(field, to: max(stats[field] ?? 0, value))
        }
    }
}

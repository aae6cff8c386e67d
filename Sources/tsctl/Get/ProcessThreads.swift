import Taskstats

/// The living threads of a process that has, or had, several.
///
/// The kernel sums delays and run time over all threads, but neither I/O nor faults, and the longest waits next to the
/// sums are those of one thread. This type computes them from the record of each thread. The values of ended threads
/// are lost.
struct ProcessThreads {
    /// The records, by thread id.
    let records: [UInt32: TaskRecord]
    /// The maximum number of threads that have ended, or started since the records were taken.
    let mostOthers: UInt64

    /// The fields that require the records of all threads.
    static let fields = FieldSet(Field.allCases.filter { !$0.isFilledInProcessRecords && Usage.added.contains($0) })
        .union(FieldSet(group: .extreme))
    /// The fields that also reveal the number of threads.
    static let counting: FieldSet = [.cpuCount]

    /// Creates a value from the records of the living threads, and from the sums of their process, which were taken
    /// later.
    ///
    /// Each thread ran on a CPU at least once, and the sums count that. If the counts of the living threads add up to
    /// the count in the sums, no thread has ended.
    init(_ records: [UInt32: TaskRecord], sums: TaskRecord) {
        self.records = records
        let counted = records.values.reduce(0) { $0 + ($1[.cpuCount] ?? 0) }
        let inAll = sums[.cpuCount] ?? .max
        mostOthers = inAll > counted ? inAll - counted : 0
    }

    /// Whether no thread is missing.
    var isComplete: Bool { mostOthers == 0 }

    /// The maximum number of threads that the process has had.
    var most: UInt64 {
        let (sum, overflow) = mostOthers.addingReportingOverflow(UInt64(records.count))
        return overflow ? .max : sum
    }

    /// The sum over the threads, or for waits the longest or shortest; nil if no thread has the field, or if the result
    /// is 0 and threads are missing.
    subscript(field: Field) -> UInt64? {
        let values = records.values.compactMap { $0[field] }
        guard !values.isEmpty else { return nil }
        let value: UInt64 =
            if field.group != .extreme {
                values.reduce(0) { $0.addingReportingOverflow($1).overflow ? .max : $0 + $1 }
            } else if field.name.hasSuffix("_min") {
                // 0 means no wait.
                values.filter { $0 > 0 }.min() ?? 0
            } else {
                values.max() ?? 0
            }
        return value == 0 && !isComplete ? nil : value
    }

    /// Returns a record with the value of that field over the threads.
    func record(of field: Field) -> TaskRecord? {
        guard let value = self[field] else { return nil }
        var record = TaskRecord(kind: .task)
        record.set(field, to: value)
        return record
    }

    /// Returns the changes of each thread since an earlier sample; threads that started later count from their start.
    func since(_ earlier: ProcessThreads?) -> ProcessThreads {
        ProcessThreads(
            records: Dictionary(
                uniqueKeysWithValues: records.map { id, record in
                    (id, record.since(earlier?.record(id, before: record)))
                }),
            mostOthers: mostOthers)
    }

    /// Creates the only thread of a process.
    init(first id: UInt32, _ record: TaskRecord) { self.init(records: [id: record], mostOthers: 0) }

    private init(records: [UInt32: TaskRecord], mostOthers: UInt64) {
        self.records = records
        self.mostOthers = mostOthers
    }

    /// Returns the earlier record of a thread, unless the id was reused since.
    private func record(_ id: UInt32, before record: TaskRecord) -> TaskRecord? {
        guard let earlier = records[id], (record[.acEtime] ?? 0) >= (earlier[.acEtime] ?? 0) else { return nil }
        return earlier
    }
}

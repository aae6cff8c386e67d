import CommandSupport
import Taskstats

/// One task or process as a row of a table.
struct TaskRow {
    /// The kind of a row.
    enum Kind: Hashable { case task, process, total }

    /// The identity of a row.
    struct Key: Hashable {
        let kind: Kind
        let id: UInt32
    }

    /// The known threads of a process.
    enum Threads {
        /// There has been only one.
        case one
        /// There are, or were, several, which were not queried.
        case notQueried
        /// There are, or were, several.
        case several(ProcessThreads)
    }

    let key: Key
    /// The counters of the task, or the sums of the process.
    var counters: TaskRecord
    /// The first task of a process, with its identity and the values that are not summed.
    var leader: TaskRecord?
    /// The threads that are added up.
    var threads = Threads.one
    /// The daemon's own replies.
    var texts: [[UInt8]] = []

    var id: UInt32 { key.id }

    /// The value of a field: of the sums if they have it, else over the threads.
    subscript(field: Field) -> UInt64? { source(of: field)?[field] }

    /// Returns the field as text, with a plus if threads are missing.
    func text(_ field: Field, _ times: TimeFormat = .screen) -> String? {
        source(of: field)
            .flatMap { FieldText.of(field, in: $0, times: times) }
            .map { lacksThreads(in: field) ? $0 + "+" : $0 }
    }

    /// Returns the record that has the field for the row; nil if none has it.
    func source(of field: Field) -> TaskRecord? {
        if isOfEachThread(field) {
            switch threads {
            case .one: break
            case .notQueried: return nil
            case .several(let threads): return threads.record(of: field)
            }
        }
        return counters.present.contains(field) ? counters : leader
    }

    /// Returns whether the field lacks the values of ended threads.
    func lacksThreads(in field: Field) -> Bool { lacksThreads && isOfEachThread(field) }

    /// Whether threads have ended whose I/O, faults and longest waits are missing.
    var lacksThreads: Bool {
        if case .several(let threads) = threads { return !threads.isComplete }
        return false
    }

    private func isOfEachThread(_ field: Field) -> Bool { ProcessThreads.fields.contains(field) }

    /// Returns the CPU time, on a kernel with this tick; nil if the records lack the fields, or if the number of
    /// threads, each of which can lack a tick, is unknown.
    func cpuTime(tick: Duration) -> CPUTime? {
        switch threads {
        case .one: counters.cpuTime(tick: tick, threads: 1)
        case .notQueried: nil
        case .several(let threads): counters.cpuTime(tick: tick, threads: threads.most)
        }
    }

    /// The age in microseconds, from the record that identifies the task best.
    var ageMicroseconds: UInt64? { leader?[.acEtime] ?? counters[.acEtime] }

    /// The number of living threads.
    var livingThreads: Int {
        switch threads {
        case .one: 1
        case .notQueried: ProcessDirectory.threadCount(of: id) ?? 1
        case .several(let threads): max(1, threads.records.count)
        }
    }

    /// Returns the changes since an earlier sample, or since the start of a task that started later; nil if an earlier
    /// sample is missing.
    ///
    /// The time between the samples, in microseconds, is known as a range, because each sample takes time.
    func change(since known: TaskRow?, elapsed: ClosedRange<UInt64>) -> TaskRow? {
        guard let age = ageMicroseconds else { return nil }
        if let known, let earlier = known.ageMicroseconds,
            TaskIdentity.isSame(age: age, earlier: earlier, elapsedAtLeast: elapsed.lowerBound)
        {
            return since(known)
        }
        return TaskIdentity.isNew(age: age, elapsedAtMost: elapsed.upperBound) ? since(nil) : nil
    }

    /// Returns the changes since an earlier sample of the same task, or since its start.
    func since(_ earlier: TaskRow?) -> TaskRow {
        var difference = self
        difference.counters = counters.since(earlier?.counters)
        difference.leader = leader?.since(earlier?.leader)
        if case .several(let threads) = threads {
            var before: ProcessThreads?
            if case .several(let known) = earlier?.threads { before = known }
            // The thread of a single-threaded process is its first task.
            if case .one = earlier?.threads, let leader = earlier?.leader { before = ProcessThreads(first: id, leader) }
            difference.threads = .several(threads.since(before))
        }
        return difference
    }
}

extension TaskRecord {
    /// Returns the changes since an earlier record of the same task, or since its start.
    ///
    /// Values that do not add up, like peaks and ids, keep their current value. The longest and shortest waits are
    /// omitted, because they may have happened long ago.
    func since(_ earlier: TaskRecord?) -> TaskRecord {
        var difference = self
        difference.present = present.subtracting(FieldSet(group: .extreme))
        for field in present.intersection(Usage.added) {
            guard let earlier, let now = self[field] else { continue }
            guard let before = earlier[field] else {
                // The earlier value was omitted, so the change is unknown.
                difference.present = difference.present.subtracting([field])
                continue
            }
            // Totals of delays restart at 0 when they overflow.
            difference.set(field, to: now >= before ? now - before : now)
        }
        return difference
    }
}

import Taskstats

/// An exit as one row shows it.
///
/// If processes are watched, the counters are those of the whole process where the kernel summed them; the task's own
/// are then only those of the thread that ended last.
struct ShownExit {
    let record: ExitRecord
    let scope: RecordScope
    /// The tick of the kernel that wrote the record.
    var tick = CPUTime.longestTick
    var times = TimeFormat.screen

    /// The sums over the threads of the process, if these are shown; nil for a single-threaded process.
    var sums: TaskRecord? { scope == .process ? record.process : nil }

    /// The value of a field: of the process if its sums are shown, else of the task.
    subscript(field: Field) -> UInt64? { source(of: field)?[field] }

    /// Returns the field as text, from the same record.
    func text(_ field: Field) -> String? { source(of: field).flatMap { FieldText.of(field, in: $0, times: times) } }

    /// The CPU time; nil if the record lacks the fields.
    var cpuTime: CPUTime? { (sums ?? record.task).cpuTime(tick: tick) }

    /// Returns the record that has the field for the row; nil if none has it.
    ///
    /// The I/O of the last thread is not that of its process, and the longest waits next to the sums are not those of
    /// all threads.
    func source(of field: Field) -> TaskRecord? {
        guard let sums else { return record.task }
        if field.group == .extreme { return nil }
        if sums.present.contains(field) { return sums }
        return Usage.added.contains(field) ? nil : record.task
    }

    /// The lifetime of the task, or of the process.
    var elapsedNanoseconds: UInt64? {
        let process = scope == .process ? record.task[.acTgetime] : nil
        return (process ?? record.task[.acEtime]).map { Nanoseconds.of(microseconds: $0) }
    }

    /// Returns the sum of the fields that are present; nil if none is.
    func sum(_ fields: FieldSet) -> UInt64? {
        fields.reduce(nil) { sum, field in self[field].map { (sum ?? 0) &+ $0 } ?? sum }
    }
}

/// The exit status of a task, for people.
enum ExitText {
    /// Formats it for a cell: "0", "1", "SIGKILL", and "SIGSEGV*" for a core dump.
    static func cell(_ status: ExitStatus) -> String {
        switch status {
        case .code(let code): "\(code)"
        case .signal(let signal, let coreDumped): SignalName.of(signal) + (coreDumped ? "*" : "")
        }
    }

    /// Formats it for a sentence: "exit code 1", "killed by SIGSEGV, core dumped".
    static func sentence(_ status: ExitStatus) -> String {
        switch status {
        case .code(let code): "exit code \(code)"
        case .signal(let signal, let coreDumped):
            "killed by \(SignalName.of(signal))" + (coreDumped ? ", core dumped" : "")
        }
    }
}

import TaskstatsClient

/// Puts the records that were found back together as exits.
///
/// The sums of a process stand behind the record of its last task. When a task ended is not written: its start, in whole
/// seconds, and its age tell it.
struct RawRecording {
    private var pending: TaskRecord?

    /// Takes the next record; an exit that is complete by it.
    mutating func take(_ record: TaskRecord) -> ExitRecord? {
        if record.kind == .process {
            guard let task = pending else { return Self.exit(record) }
            pending = nil
            return Self.exit(task, process: record)
        }
        defer { pending = record }
        return finish()
    }

    /// The exit that nothing followed.
    mutating func finish() -> ExitRecord? {
        defer { pending = nil }
        return pending.map { Self.exit($0) }
    }

    private static func exit(_ task: TaskRecord, process: TaskRecord? = nil) -> ExitRecord {
        let start = task[.acBtime64] ?? task[.acBtime] ?? 0
        let (seconds, overflow) = start.multipliedReportingOverflow(by: 1_000_000_000)
        let age = Nanoseconds.of(microseconds: task[.acEtime] ?? 0)
        return ExitRecord(
            cpu: -1, time: start == 0 || overflow ? 0 : seconds &+ age,
            pid: UInt32(truncatingIfNeeded: task[.acPid] ?? 0), task: task, process: process)
    }
}

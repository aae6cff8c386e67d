import Taskstats

/// The conversion of raw records to exits.
///
/// The sums of a process follow the record of its last task. The time of an exit is not recorded; it is computed from
/// the start, in whole seconds, and the age.
struct RawRecording {
    private var pending: TaskRecord?

    /// Takes the next record; returns an exit that is now complete.
    mutating func take(_ record: TaskRecord) -> ExitRecord? {
        if record.kind == .process {
            guard let task = pending else { return Self.exit(record) }
            pending = nil
            return Self.exit(task, process: record)
        }
        defer { pending = record }
        return finish()
    }

    /// Returns the last exit, which nothing followed.
    mutating func finish() -> ExitRecord? {
        defer { pending = nil }
        return pending.map { Self.exit($0) }
    }

    private static func exit(_ task: TaskRecord, process: TaskRecord? = nil) -> ExitRecord {
        // Version 10 added the 64-bit field.
        let (wide, narrow) = (task[.acBtime64] ?? 0, task[.acBtime] ?? 0)
        let start = wide > 0 ? wide : narrow
        let (seconds, overflow) = start.multipliedReportingOverflow(by: 1_000_000_000)
        let age = Nanoseconds.of(microseconds: task[.acEtime] ?? 0)
        return ExitRecord(
            cpu: ExitRecord.unknownCPU, time: start == 0 || overflow ? 0 : seconds &+ age,
            pid: UInt32(truncatingIfNeeded: task[.acPid] ?? 0), task: task, process: process)
    }
}

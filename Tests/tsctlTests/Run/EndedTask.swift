import TaskstatsModel
import TestSupport

/// The record of a task that ended, in milliseconds after some moment.
func ended(
    _ pid: UInt32, parent: UInt32, thread tgid: UInt32? = nil, last: Bool = true, at end: UInt64 = 1_000,
    age: UInt64 = 10, command: String? = nil, exit: ExitStatus = .code(0), _ values: [(Field, UInt64)] = []
) -> ExitRecord {
    var task = TaskRecord(kind: .task)
    task.set(.acPpid, to: UInt64(parent))
    task.set(.acTgetime, to: age * 1_000)
    if let command { task.set(command: Array(command.utf8)) }
    for (field, value) in values { task.set(field, to: value) }
    return ExitRecord(
        cpu: 0, sequence: 1, time: 1_795_400_000_000_000_000 + end * 1_000_000, pid: pid, tgid: tgid ?? pid,
        isLast: last, exit: exit, task: task, process: nil)
}

import CommandSupport
import Taskstats

/// The living tasks of which something was counted before they ended.
///
/// Ids are reused, so an id is the same task only if its age fits. When a thread other than the first executes a
/// program, it takes over the id of its process, and nothing is ever reported under its own id again: what was counted
/// of it moves along.
struct TaskLedger {
    /// A living task.
    struct Entry {
        var counted = CountedTask()
        /// Its process.
        var process: UInt32
        /// Its age when it was sampled, and when that was, in microseconds.
        var age: UInt64
        var sampled: ClosedRange<UInt64>
        /// Its group and its name at that time.
        var group: String
        var command: [UInt8]
    }

    private var entries: [UInt32: Entry] = [:]
    /// Processes whose first thread has ended, and not the process.
    private var leaderless: Set<UInt32> = []

    /// The number of tasks.
    var count: Int { entries.count }

    /// Removes and returns the task that has ended with this record.
    mutating func end(_ record: ExitRecord) -> Entry? {
        let id = record.pid
        let process = record.tgid ?? id
        var entry = entries.removeValue(forKey: id)
        // Of a task with the same id the end was lost.
        if let age = entry?.age, age > (record.task[.acEtime] ?? 0) + TaskIdentity.slackMicroseconds { entry = nil }
        if entry == nil, id == process, leaderless.contains(process) {
            entry = takeMoved(to: process, isGone: { _ in true })
        }
        if record.isLast ?? true {
            leaderless.remove(process)
        } else if id == process {
            leaderless.insert(process)
        }
        return entry
    }

    /// Removes and returns a living task that was counted under this id; `isListed` says which ids exist.
    mutating func take(
        _ id: UInt32, process: UInt32, age: UInt64, sampled: ClosedRange<UInt64>, isListed: (UInt32) -> Bool
    ) -> Entry? {
        if let entry = entries.removeValue(forKey: id) {
            let elapsed = sampled.lowerBound - min(entry.sampled.upperBound, sampled.lowerBound)
            if TaskIdentity.isSame(age: age, earlier: entry.age, elapsedAtLeast: elapsed) { return entry }
            return nil
        }
        guard id == process, leaderless.contains(process) else { return nil }
        return takeMoved(to: process, isGone: { !isListed($0) })
    }

    /// Adds a living task.
    mutating func set(_ id: UInt32, _ entry: Entry) { entries[id] = entry }

    /// Removes tasks that do not exist, whose ends were lost.
    mutating func keepOnly(_ isListed: (UInt32) -> Bool) {
        leaderless = leaderless.filter(isListed)
        for (id, entry) in entries where !isListed(id) && !leaderless.contains(entry.process) { entries[id] = nil }
    }

    /// Removes and returns the thread that took over the id of its process; of several candidates, the one that was gone
    /// first.
    private mutating func takeMoved(to process: UInt32, isGone: (UInt32) -> Bool) -> Entry? {
        let moved = entries.filter { $0.value.process == process && $0.key != process && isGone($0.key) }
            .min { ($0.value.sampled.upperBound, $0.key) < ($1.value.sampled.upperBound, $1.key) }
        return moved.flatMap { entries.removeValue(forKey: $0.key) }
    }
}

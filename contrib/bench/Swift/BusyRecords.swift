import TaskstatsModel
import TestSupport

/// Records with numbers as long as those of tasks that did some work, the same in every run.
enum BusyRecords {
    static func exits(_ count: Int) -> [ExitRecord] {
        var generator = SeededGenerator(seed: 1)
        return (0..<count).map { number in
            var record = SampleRecords.exit(
                pid: UInt32(10_000 + number), command: "cc1plus", sequence: UInt64(number + 1))
            for field in record.task.present where field.kind == .u64 && record.task[field] == 0 {
                // Half of the counters of a task are 0: it did not swap, thrash, or wait for a disk.
                if Bool.random(using: &generator) {
                    record.task.set(field, to: UInt64.random(in: 1...100_000_000, using: &generator))
                }
            }
            return record
        }
    }
}

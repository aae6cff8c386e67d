import Taskstats

@testable import tsctl

/// Timelines made by hand, in milliseconds.
enum SampleTimeline {
    static let origin: UInt64 = 1_795_400_000_000_000_000
    static let millisecond: UInt64 = 1_000_000

    /// Returns the record of a process with the ids of its parents, nearest first.
    static func record(
        _ pid: UInt32, _ command: String, _ start: UInt64, _ end: UInt64, parents: [UInt32] = [], cpu: UInt64 = 0,
        cpuWait: UInt64 = 0, disk: UInt64 = 0, exit: ExitStatus = .code(0), lastParent: UInt32? = nil
    ) -> ExitRecord {
        var task = TaskRecord(kind: .task)
        task.set(command: Array(command.utf8))
        task.set(.acEtime, to: (end - start) * 1_000)
        task.set(.acPpid, to: UInt64(lastParent ?? parents.first ?? 0))
        task.set(.cpuRunVirtualTotal, to: cpu * millisecond)
        task.set(.cpuRunRealTotal, to: cpu * millisecond)
        task.set(.acUtime, to: cpu * 1_000)
        task.set(.acStime, to: 0)
        task.set(.cpuCount, to: cpuWait > 0 ? 1 : 0)
        task.set(.cpuDelayTotal, to: cpuWait * millisecond)
        task.set(.blkioCount, to: disk > 0 ? 1 : 0)
        task.set(.blkioDelayTotal, to: disk * millisecond)
        var record = ExitRecord(
            cpu: 0, sequence: 1, time: origin + end * millisecond, pid: pid, tgid: pid, isLast: true, exit: exit,
            task: task, process: nil)
        record.origin = ProcessOrigin(
            commandLine: ProcessCommandLine([command, "\(pid)"]),
            parents: parents.map { .init(pid: $0, command: "parent") },
            startedNanoseconds: origin + start * millisecond, sources: ProcessOrigin.Sources())
        return record
    }

    /// Returns the timeline of these records, on a kernel that loses no time of a last tick.
    static func of(_ records: [ExitRecord], losses: [String] = [], cpus: Int? = 2) -> TraceTimeline {
        var collector = TraceCollector(root: nil, tick: .nanoseconds(1))
        for record in records { collector.ended(record) }
        for loss in losses { collector.lost(loss) }
        return collector.timeline(title: "make", cpus: cpus)
    }

    /// A make of 100 ms that ran two compilers after each other beside a short one, and a linker.
    static var build: TraceTimeline {
        of([
            record(11, "cc", 5, 40, parents: [10], cpu: 30, cpuWait: 5),
            record(12, "cc", 6, 20, parents: [10], cpu: 10),
            record(13, "cc", 41, 70, parents: [10], cpu: 25, exit: .code(1)),
            record(14, "ld", 72, 98, parents: [10], cpu: 6, disk: 20),
            record(10, "make", 0, 100, parents: [1], cpu: 3),
        ])
    }
}

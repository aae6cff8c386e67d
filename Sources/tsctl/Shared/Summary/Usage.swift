import Taskstats
import TaskstatsProtocol

/// The counts of a set of processes: the sums over their tasks, and the maxima of values that do not add up.
///
/// Sums over tasks are exact for processes too: the kernel counts everything per thread, except for the peaks of
/// memory, which belong to a process and are only compared.
struct Usage: Equatable {
    /// Threads, and single-threaded processes.
    private(set) var tasks: UInt64 = 0
    /// Processes that ended.
    private(set) var processes: UInt64 = 0
    /// Processes that ended with a nonzero code or by a signal.
    private(set) var failed: UInt64 = 0
    /// Tasks whose I/O the daemon withheld.
    private(set) var withheld: UInt64 = 0
    /// Multithreaded processes with only the sums known, so that I/O, faults and longest waits are missing.
    private(set) var threaded: UInt64 = 0
    /// The waits that are missing from the sums.
    private(set) var omitted = OmittedWaits()
    /// The time on CPUs; nil when no record had it.
    private(set) var cpuTime: CPUTime?
    /// Its parts in user mode and in the kernel, scaled for each task as for rusage; nil if no record had them.
    private(set) var userTime: CPUTime?
    private(set) var systemTime: CPUTime?
    /// The sums and the maxima.
    private(set) var stats = TaskRecord(kind: .process)

    /// The upper bound of the time on CPUs, in nanoseconds.
    var mostCPUTime: UInt64 { cpuTime?.upperNanoseconds ?? 0 }

    /// The fields whose maximum counts.
    static let largest: FieldSet = FieldSet(
        Field.allCases.filter { $0.group == .extreme && $0.name.hasSuffix("_delay_max") }
    ).union([.hiwaterRss, .hiwaterVm])

    /// The fields that add up.
    static let added = [FieldGroup.cpu, .delay, .memory, .io, .context].reduce(FieldSet()) {
        $0.union(FieldSet(group: $1))
    }.subtracting(largest)

    /// Adds the record of a task, on a kernel with this tick; `sums` are those of its process if the record stands for
    /// it.
    mutating func add(_ record: ExitRecord, sums: TaskRecord? = nil, tick: Duration = CPUTime.longestTick) {
        let times = sums ?? record.task
        omitted.add(times)
        Self.add(times.cpuTime(tick: tick), to: &cpuTime)
        let parts = times.userAndSystemTime(tick: tick)
        Self.add(parts?.user, to: &userTime)
        Self.add(parts?.system, to: &systemTime)
        tasks += 1
        if record.isLast ?? true {
            processes += 1
            if record.exit?.isSuccess == false { failed += 1 }
        }
        if record.redacted.contains(.io) { withheld += 1 }
        if let sums {
            threaded += 1
            add(Self.whole(record.task, sums))
        } else {
            add(record.task)
        }
    }

    /// Adds a living process with all of its threads, on a kernel with this tick.
    mutating func add(_ process: TaskRow, tick: Duration) {
        omitted.add(process.counters)
        if let time = process.cpuTime(tick: tick) {
            Self.add(time, to: &cpuTime)
            if let user = process[.acUtime], let system = process[.acStime] {
                let parts = time.split(userTicks: user, systemTicks: system)
                Self.add(parts.user, to: &userTime)
                Self.add(parts.system, to: &systemTime)
            }
        }
        tasks += UInt64(process.livingThreads)
        processes += 1
        var whole = TaskRecord(kind: .process)
        for field in Self.added.union(Self.largest) {
            if let value = process[field] { whole.set(field, to: value) }
        }
        add(whole)
    }

    /// Returns the sums of a process with the values that all of its threads share.
    ///
    /// The kernel sums neither the I/O nor the faults of threads, and the longest waits next to the sums are those of
    /// one thread.
    private static func whole(_ task: TaskRecord, _ sums: TaskRecord) -> TaskRecord {
        var whole = sums
        whole.present = sums.present.intersection(added)
        for field in [Field.hiwaterRss, .hiwaterVm] {
            if let peak = task[field] { whole.set(field, to: peak) }
        }
        return whole
    }

    /// Adds other counts.
    mutating func add(_ other: Usage) {
        tasks += other.tasks
        processes += other.processes
        failed += other.failed
        withheld += other.withheld
        threaded += other.threaded
        omitted.add(other.omitted)
        Self.add(other.cpuTime, to: &cpuTime)
        Self.add(other.userTime, to: &userTime)
        Self.add(other.systemTime, to: &systemTime)
        add(other.stats)
    }

    private static func add(_ time: CPUTime?, to sum: inout CPUTime?) {
        if let time { sum = (sum ?? .zero) + time }
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

extension Usage {
    /// Writes the CPU times with their bounds.
    func writeCPUTimes(to writer: inout JSONWriter) {
        if let cpuTime { writer.field("cpu_time_ns", cpuTime) }
        if let userTime { writer.field("user_time_ns", userTime) }
        if let systemTime { writer.field("system_time_ns", systemTime) }
    }
}

extension JSONWriter {
    /// Writes the bounds of a CPU time, in nanoseconds.
    mutating func field(_ name: String, _ time: CPUTime) {
        key(name)
        object { writer in
            writer.field("lower", time.lowerNanoseconds)
            writer.field("upper", time.upperNanoseconds)
        }
    }
}

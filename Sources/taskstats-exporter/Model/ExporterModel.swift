import CommandSupport
import Taskstats

/// The sums of all groups: what has ended, plus what lives; it does no I/O.
///
/// Only growth is counted, so no value ever falls. Of a task that ends unsampled, its last record is the growth. Of a
/// task that was sampled while it lived, the growth between two samples, and between the last one and its end. Each part
/// counts for the group that the task belonged to at that time: a task that executes another program, or moves to another
/// control group, takes nothing along. So the sum over the groups is the sum over the tasks of the largest value of
/// each counter, and nothing is counted twice or missed:
///
/// - A sample of living tasks begins before it is taken and ends after all exits before it have arrived. A task that
///   ended in between counts by its last record; its sample is discarded.
/// - What cannot be sampled now, because it is just ending or starting, counts later. The caller leaves out tasks that
///   have ended and still exist; the exits of the last moments are compared here, too.
/// - The kernel writes the last record before it counts the last slice on a CPU. The run time that can be missing is
///   summed up by itself, and never added to the run time.
/// - After a lost record, the growth since the last sample of that task is missing. Losses are counted.
///
/// Memory: the groups are bounded by ``GroupTable``, the tasks by the number of living ones.
struct ExporterModel {
    /// A living task.
    struct LivingTask {
        var id: UInt32
        var process: UInt32
        var record: TaskRecord
        /// The control group of its process; nil if it is unknown or not needed.
        var cgroup: ControlGroup?
    }

    /// The fields of records that the model needs.
    static func fields(by grouping: Grouping) -> FieldSet {
        TaskCounters.fields.union(TaskRecord.cpuTimeFields)
            .union([.acEtime, .acTgetime, .acTgid, .acFlag, .acExitcode, .acComm])
            .union(grouping == .user ? [.acUid] : [])
    }

    private(set) var groups: GroupTable
    /// The losses of records.
    private(set) var losses = LossCounts()
    /// The number of records of tasks, and how many of them lack waits.
    private(set) var records: UInt64 = 0
    private(set) var implausible: UInt64 = 0
    private(set) var uncounted: UInt64 = 0
    /// The index of the last record; nil if the daemon does not number records.
    private(set) var lastIndex: UInt64?
    /// The number of living tasks in the last sample.
    private(set) var living = 0
    /// The tick of the kernel.
    var tick = CPUTime.longestTick
    private var names: GroupNames
    private let isByCgroup: Bool
    private var ledger = TaskLedger()
    private var recentEnds = RecentEnds()
    /// The ends since the sample began; nil outside of one.
    private var endsInSample: Set<UInt32>?

    init(by grouping: Grouping, limit: Int, idleSeconds: UInt64 = GroupTable.idleSeconds) {
        groups = GroupTable(limit: limit, idleSeconds: idleSeconds)
        names = GroupNames(grouping)
        isByCgroup = grouping.requiresOrigin
    }

    // MARK: Ends

    /// Adds a task that ended; the time is monotonic, in microseconds.
    mutating func ended(_ record: ExitRecord, at now: UInt64) {
        records &+= 1
        lastIndex = record.index ?? lastIndex
        if !record.task.implausible.isEmpty { implausible &+= 1 }
        if record.task.hasUncountedDelays { uncounted &+= 1 }
        endsInSample?.insert(record.pid)
        recentEnds.add(record.pid, age: record.task[.acEtime] ?? 0, at: now)
        let entry = ledger.end(record)
        var counted = entry?.counted ?? CountedTask()
        let growth = counted.grow(to: TaskCounters(record.task))
        let width = record.task.cpuTime(tick: tick)?.widthNanoseconds ?? 0
        groups.update(group(of: record, sampled: entry), at: now / 1_000_000) { totals in
            totals.sums += growth
            totals.uncountedNanoseconds &+= width
            guard record.isLast ?? true else { return }
            totals.add(
                record.exit,
                lifetime: (record.task[.acTgetime] ?? record.task[.acEtime]).map { $0 &* 1_000 },
                cpuWait: (record.process ?? record.task)[.cpuDelayTotal])
        }
    }

    /// Adds a loss of records.
    mutating func lost(_ loss: LostRecords) { losses.add(loss) }

    /// Adds a period without a connection, in which an unknown number of records is missing.
    mutating func addGap() { losses.gaps &+= 1 }

    /// Returns the group of a task that ended.
    ///
    /// The control group in its origin was read when it executed a program. A task that was moved since then has the same
    /// name as when it was sampled, and its sample is the better source.
    private mutating func group(of record: ExitRecord, sampled entry: TaskLedger.Entry?) -> String {
        let command = record.task.commandBytes
        if isByCgroup, let entry, record.origin?.cgroup == nil || entry.command == command { return entry.group }
        return names.name(command: command, user: record.task[.acUid], cgroup: record.origin?.cgroup)
    }

    // MARK: Living tasks

    /// Begins a sample, before any living task is queried.
    mutating func beginSample() { endsInSample = [] }

    /// Ends a sample without a result.
    mutating func abandonSample() { endsInSample = nil }

    /// Adds the living tasks, after every exit that preceded their queries was added.
    ///
    /// `listed` are the ids that existed when the sample began; of a task that is not among them, the end was lost.
    mutating func finishSample(_ tasks: [LivingTask], listed: Set<UInt32>, during sampled: ClosedRange<UInt64>) {
        let ends = endsInSample ?? []
        endsInSample = nil
        groups.forgetLiving()
        living = 0
        let recent = recentEnds.ages(since: sampled.lowerBound - min(sampled.lowerBound, RecentEnds.microseconds))
        for task in tasks where !ends.contains(task.id) {
            let age = task.record[.acEtime] ?? 0
            if let end = recent[task.id], age + TaskIdentity.slackMicroseconds >= end { continue }
            add(task, age: age, listed, sampled)
        }
        ledger.keepOnly(listed.contains)
    }

    private mutating func add(_ task: LivingTask, age: UInt64, _ listed: Set<UInt32>, _ sampled: ClosedRange<UInt64>) {
        let command = task.record.commandBytes ?? []
        let group = names.name(command: command, user: task.record[.acUid], cgroup: task.cgroup)
        let old = ledger.take(
            task.id, process: task.process, age: age, sampled: sampled, isListed: listed.contains)
        var entry =
            old
            ?? TaskLedger.Entry(
                process: task.process, age: age, sampled: sampled, group: group, command: command)
        (entry.age, entry.sampled, entry.group, entry.command) = (age, sampled, group, command)
        entry.process = task.process
        let growth = entry.counted.grow(to: TaskCounters(task.record))
        ledger.set(task.id, entry)
        living += 1
        if !growth.isZero || old == nil {
            groups.update(group, at: sampled.upperBound / 1_000_000) { $0.sums += growth }
        }
        groups.addLiving(group)
    }
}

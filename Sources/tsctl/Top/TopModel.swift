import CommandSupport
import Taskstats
import TaskstatsProtocol

/// The model of top: converts totals since the start of each task to activity in each interval; it does no I/O.
///
/// Each round provides one sample of all living tasks, and every exit since the previous round. Differences are taken
/// only between two samples of the same task, because ids are reused: the task must have aged by the time between the
/// samples, its totals must not have decreased, and no exit of that id may have been reported. If one of these is
/// doubtful, the model requests the first task of the process, whose age decides. A task that ended in the interval is
/// shown with its activity since the last sample, or in its whole life if it started later.
struct TopModel {
    /// The unit of samples: each thread, or each process as a whole.
    enum Subject: String { case process, thread }

    /// A query to the daemon for a task.
    typealias Query = RateLimitedQueries.Query

    let subject: Subject
    /// The tick of the kernel.
    private let tick: Duration
    private(set) var before: [UInt32: Snapshot] = [:]
    private(set) var now: [UInt32: Snapshot] = [:]
    private var doubtful: Set<UInt32> = []
    private var ends: [(record: ExitRecord, growth: StorageLedger.Growth?)] = []
    var ledger = StorageLedger()
    /// The process of each query for storage traffic.
    var storageOwners: [UInt32] = []
    private var endedIDs: Set<UInt32> = []
    /// The maximum uncounted run time of threads that ended before their process.
    private var uncounted: [UInt32: UInt64] = [:]
    private var (ended, failed, lost, omitted) = (UInt64(0), UInt64(0), UInt64(0), UInt64(0))
    private var lacksThreads = false
    private var round: UInt32 = 0
    private var previousSample: ClosedRange<UInt64>?
    private var sample: ClosedRange<UInt64> = 0...0
    /// Whether exits may be missing.
    var isPartial = false

    /// The maximum number of exits that are kept in one interval.
    static let mostEnds = 8_192
    /// The number of rounds in which the name of each task is queried once.
    private static let roundsOfIdentity: UInt32 = 16
    private static let counters = TimeKind.fields.union([.acEtime])

    init(subject: Subject, tick: Duration = CPUTime.longestTick) {
        self.subject = subject
        self.tick = tick
    }

    // MARK: Queries

    /// Returns the queries for living tasks.
    mutating func requests(for ids: [UInt32]) -> [Query] {
        round &+= 1
        guard subject == .process else { return ids.map(Self.threadQuery) }
        return ids.flatMap { id in
            let sums = Query(.tgid(id), fields: Self.counters)
            return wantsIdentity(id) ? [sums, Query(.pid(id), fields: TopRow.Identity.fields)] : [sums]
        }
    }

    private static func threadQuery(_ id: UInt32) -> Query {
        Query(.pid(id), fields: counters.union(TopRow.Identity.fields).union(StorageLedger.fields))
    }

    /// Returns whether the name must be queried; names can change, most often soon after the start.
    private func wantsIdentity(_ id: UInt32) -> Bool {
        guard let known = before[id], known.identity != nil, !known.isYoung else { return true }
        return (id &+ round) % Self.roundsOfIdentity == 0
    }

    /// The queries for tasks whose identity is doubtful, to be sent after all earlier exits were added.
    var doubts: [Query] {
        let ids = doubtful.union(endedIDs.intersection(now.keys)).sorted()
        guard subject == .process else { return ids.map(Self.threadQuery) }
        return ids.flatMap { id in
            [Query(.tgid(id), fields: Self.counters), Query(.pid(id), fields: TopRow.Identity.fields)]
        }
    }

    // MARK: Input

    /// Takes the replies to the queries for living tasks, in order, and the time of the sample on the monotonic clock.
    mutating func update(with answers: [(Query, RateLimitedQueries.Reply)], during sample: ClosedRange<UInt64>) {
        self.sample = sample
        now.removeAll(keepingCapacity: true)
        doubtful.removeAll(keepingCapacity: true)
        take(answers, sample)
    }

    /// Takes the replies to `doubts`, and their time.
    mutating func resolveDoubts(with answers: [(Query, RateLimitedQueries.Reply)], during moments: ClosedRange<UInt64>)
    {
        for (request, _) in answers {
            switch request.target {
            case .tgid(let id), .pid(let id): now[id] = nil
            case .cgroup: break
            }
        }
        take(answers, moments)
        for (record, _) in ends {
            // A task that has ended but still exists is a zombie; its exit was already added.
            let id = id(of: record)
            guard let start = now[id]?.startMicroseconds else { continue }
            if moments.lowerBound - min(start, moments.lowerBound) + TaskIdentity.slackMicroseconds >= age(of: record) {
                now[id] = nil
            }
        }
        doubtful.removeAll(keepingCapacity: true)
    }

    /// Adds an exit.
    mutating func ended(_ record: ExitRecord) {
        let id = id(of: record)
        ledger.end(record.task, thread: record.pid, owner: id)
        if subject == .process, record.isLast == false {
            uncounted[id, default: 0] &+= uncounted(of: record)
            return
        }
        ended += 1
        if record.exit?.isSuccess == false { failed += 1 }
        endedIDs.insert(id)
        let growth = ledger.endOwner(id)
        if ends.count < Self.mostEnds { ends.append((record, growth)) } else { omitted += 1 }
    }

    /// Counts an exit whose record could not be read in time.
    mutating func addUnreadExit() {
        ended += 1
        omitted += 1
    }

    /// Records the exit of a thread whose record could not be read in time.
    mutating func addUnreadThreadExit() { lacksThreads = true }

    /// Adds a loss of records.
    mutating func lost(_ count: UInt64) { lost &+= count }

    private func uncounted(of record: ExitRecord) -> UInt64 {
        record.task.cpuTime(tick: tick)?.widthNanoseconds ?? 0
    }

    private func id(of record: ExitRecord) -> UInt32 {
        subject == .process ? record.tgid ?? record.pid : record.pid
    }

    private func age(of record: ExitRecord) -> UInt64 {
        (subject == .process ? record.task[.acTgetime] : nil) ?? record.task[.acEtime] ?? 0
    }

    private mutating func take(_ answers: [(Query, RateLimitedQueries.Reply)], _ moments: ClosedRange<UInt64>) {
        var remaining = answers[...]
        while let (request, answer) = remaining.popFirst() {
            switch request.target {
            case .tgid(let id):
                var first: TaskRecord?
                if case (let next, .success(let answer))? = remaining.first, next.target == .pid(id) {
                    first = answer.record
                }
                if remaining.first?.0.target == .pid(id) { remaining.removeFirst() }
                if case .success(let answer) = answer { add(id, answer.record, first, moments) }
            case .pid(let id):
                guard case .success(let answer) = answer else { continue }
                add(id, answer.record, answer.record, moments)
                if subject == .thread { ledger.add(answer.record, thread: id, owner: id) }
            case .cgroup:
                break
            }
        }
    }

    private mutating func add(
        _ id: UInt32, _ counters: TaskRecord, _ first: TaskRecord?, _ moments: ClosedRange<UInt64>
    ) {
        var snapshot = Snapshot(age: counters[.acEtime] ?? 0, spent: TimeSpent(counters))
        snapshot.omitted.add(counters)
        let old = before[id]
        if let first, let age = first[.acEtime] {
            snapshot.identity = TopRow.Identity(first)
            snapshot.parent = TopRow.parent(in: first)
            let start = moments.lowerBound - min(age, moments.lowerBound)
            snapshot.startMicroseconds = start
            snapshot.isYoung = old == nil || !isOlderThanInterval(age)
            snapshot.isContinued = old.map { isSame($0, start: start) } ?? false
        } else if let old, !endedIDs.contains(id), isSame(old, snapshot), !snapshot.spent.isLess(than: old.spent) {
            (snapshot.identity, snapshot.parent) = (old.identity, old.parent)
            (snapshot.startMicroseconds, snapshot.isContinued) = (old.startMicroseconds, true)
        } else {
            doubtful.insert(id)
        }
        now[id] = snapshot
    }

    private var elapsedAtLeast: UInt64 {
        guard let previousSample, sample.lowerBound > previousSample.upperBound else { return 0 }
        return sample.lowerBound - previousSample.upperBound
    }

    /// The maximum time since the previous sample; nil for the first one.
    private var elapsedAtMost: UInt64? { previousSample.map { sample.upperBound - $0.lowerBound } }

    private func isOlderThanInterval(_ age: UInt64) -> Bool { age > 2 * (elapsedAtMost ?? 0) }

    /// Compares the start of the first task.
    private func isSame(_ old: Snapshot, start: UInt64) -> Bool {
        guard let begun = old.startMicroseconds else { return true }
        let uncertain =
            sample.upperBound - sample.lowerBound + (previousSample.map { $0.upperBound - $0.lowerBound } ?? 0)
        return max(start, begun) - min(start, begun) <= uncertain + TaskIdentity.slackMicroseconds
    }

    private func isSame(_ old: Snapshot, _ snapshot: Snapshot) -> Bool {
        TaskIdentity.isSame(age: snapshot.age, earlier: old.age, elapsedAtLeast: elapsedAtLeast)
    }

    // MARK: Output

    /// Closes the interval; returns nil after the first sample, which has no predecessor.
    mutating func finish(at time: UInt64) -> TopInterval? {
        var interval: TopInterval?
        if let previousSample, let elapsed = elapsedAtMost {
            var rows = endedRows(elapsed)
            for (id, snapshot) in now {
                var row = TopRow(id: id, identity: snapshot.identity, spent: spent(id, snapshot, elapsed))
                row.spent?.add(uncounted: uncounted[id] ?? 0)
                row.parent = snapshot.parent
                row.traffic = ledger.traffic(of: id, elapsedAtMost: elapsed)
                rows.append(row)
            }
            interval = TopInterval(
                microseconds: sample.lowerBound - previousSample.lowerBound, time: time,
                rows: rows.sorted { $0.id < $1.id },
                ended: ended, failed: failed, lost: lost, omitted: omitted, isPartial: isPartial)
            interval?.omittedWaits = omittedWaits
            interval?.lacksThreads = lacksThreads
        }
        ledger.finish(livingOwners: now.keys)
        (before, previousSample) = (now, sample)
        (ended, failed, lost, omitted, isPartial) = (0, 0, 0, 0, false)
        lacksThreads = false
        ends.removeAll(keepingCapacity: true)
        endedIDs.removeAll(keepingCapacity: true)
        uncounted.removeAll(keepingCapacity: true)
        return interval
    }

    private var omittedWaits: OmittedWaits {
        var sum = OmittedWaits()
        for snapshot in now.values { sum.add(snapshot.omitted) }
        for (record, _) in ends { sum.add((subject == .process ? record.process : nil) ?? record.task) }
        return sum
    }

    private func spent(_ id: UInt32, _ snapshot: Snapshot, _ elapsed: UInt64) -> TimeSpent? {
        if snapshot.isContinued { return before[id].map { snapshot.spent.since($0.spent) } }
        let age = snapshot.startMicroseconds.map { sample.lowerBound - min($0, sample.lowerBound) } ?? snapshot.age
        return TaskIdentity.isNew(age: age, elapsedAtMost: elapsed) ? snapshot.spent : nil
    }

    private func endedRows(_ elapsed: UInt64) -> [TopRow] {
        var earlier = before
        return ends.map { record, growth in
            let id = id(of: record)
            let age = age(of: record)
            let total = TimeSpent((subject == .process ? record.process : nil) ?? record.task)
            let uncounted = uncounted(of: record) &+ (subject == .process ? uncounted[id] ?? 0 : 0)
            var row = TopRow(
                id: id, identity: TopRow.Identity(record.task),
                parent: TopRow.parent(in: record.task), traffic: growth?.traffic(elapsedAtMost: elapsed),
                end: TopRow.End(status: record.exit, ageMicroseconds: age), cgroup: record.origin?.cgroup)
            // Of several exits of one id in an interval, only the first can have been in the previous sample.
            if let old = earlier[id], !total.isLess(than: old.spent), isAsOld(age, as: old) {
                row.spent = total.since(old.spent)
                earlier[id] = nil
            } else if TaskIdentity.isNew(age: age, elapsedAtMost: elapsed) {
                row.spent = total
            }
            row.spent?.add(uncounted: uncounted)
            return row
        }
    }

    /// Returns whether a task that ended at that age can have been in the previous sample.
    private func isAsOld(_ age: UInt64, as old: Snapshot) -> Bool {
        guard let previousSample, let start = old.startMicroseconds else { return age >= old.age }
        return age &+ TaskIdentity.slackMicroseconds >= previousSample.lowerBound
            - min(start, previousSample.lowerBound)
    }
}

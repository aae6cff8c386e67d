import Taskstats

/// The descendants of one process, and the sum of their records.
///
/// A record names the parent at the time of the exit, and children mostly end before their parents. So the counts of an
/// ended task are added to its parent, and when the parent ends, its sum is added to the parent's parent; orphans were
/// adopted by the root. At the end the sum of the root is that of the family. So the number of sums is bounded by the
/// processes that live at one time. Facts about the running system come from the caller.
struct ProcessFamily {
    private let root: UInt32
    /// The tick of the kernel that writes the records.
    private let tick: Duration
    /// The children of the root from before, which are not part of the family.
    private var unrelated: Set<UInt32>
    private let isAlive: (UInt32) -> Bool
    /// The counts of ended tasks, by parent.
    private var ofChildren: [UInt32: FamilyUsage] = [:]
    private var ended: EndedProcesses
    private let leastSweep: Int
    private var sweepAt: Int
    /// The parents that were gone without a record at the last sweep.
    private var missed: Set<UInt32> = []
    private var swept: UInt64 = 0

    /// The process whose own counts are kept too.
    var command: UInt32?
    /// The counts of the command without its children.
    private(set) var own = Usage()
    /// Whether the record with which the command ended has arrived.
    private(set) var isCommandComplete = false
    /// The descendants that were seen alive and have not ended since.
    private(set) var living: Set<UInt32> = []

    /// The maximum error between the times of two records, which are those at which the daemon read them.
    private static let slackNanoseconds: UInt64 = 250_000_000
    /// The maximum number of ended ancestors to follow; reused ids must not lead into a cycle.
    private static let longestWay = 64

    /// Creates the empty family of a process.
    ///
    /// `remembering` is the number of ended processes to keep. `sweepingAt` is the number of sums at which those whose
    /// parents are gone are removed.
    init(
        root: UInt32, unrelated: Set<UInt32> = [], tick: Duration = CPUTime.longestTick, remembering: Int = 65_536,
        sweepingAt leastSweep: Int = 16_384,
        isAlive: @escaping (UInt32) -> Bool
    ) {
        self.root = root
        self.tick = tick
        self.unrelated = unrelated
        self.isAlive = isAlive
        self.leastSweep = leastSweep
        sweepAt = leastSweep
        ended = EndedProcesses(limit: remembering)
    }

    /// Adds the record of a task that ended.
    mutating func ended(_ record: ExitRecord) {
        // Kernels that do not distinguish threads from processes report each task as a process.
        let id = record.tgid ?? record.pid
        let endsProcess = record.isLast ?? true
        let parent = parent(of: record)
        if parent == root, unrelated.contains(id) {
            if endsProcess {
                unrelated.remove(id)
                ofChildren[id] = nil
            }
            return
        }
        if id == command, !isCommandComplete || isEarlier(record, than: ended[id]) {
            own.add(record, tick: tick)
            isCommandComplete = isCommandComplete || endsProcess
        }
        ofChildren[parent, default: FamilyUsage()].add(record, tick: tick)
        guard endsProcess else { return }
        living.remove(id)
        if let inherited = ofChildren.removeValue(forKey: id) {
            ofChildren[parent, default: FamilyUsage()].add(inherited)
        }
        ended.insert(id, parent: parent, time: record.time)
        if ofChildren.count > sweepAt { sweep() }
    }

    /// Sets the living descendants, as seen after the last record was taken.
    mutating func setLiving(_ ids: [UInt32]) { living = Set(ids) }

    /// The counts of all descendants of the root, including those whose parents are alive.
    var usage: FamilyUsage {
        living.reduce(into: ofChildren[root] ?? FamilyUsage()) { sum, id in
            if let usage = ofChildren[id] { sum.add(usage) }
        }
    }

    /// The counts without commands.
    var total: Usage { usage.total }

    /// The number of tasks with unknown ancestors: the records of their parents did not arrive.
    var unlinked: UInt64 {
        ofChildren.reduce(swept) { sum, entry in
            let isKnown = entry.key == root || entry.key == 0 || living.contains(entry.key)
            return isKnown || isAlive(entry.key) ? sum : sum + entry.value.total.tasks
        }
    }

    /// Returns the parent, or the process that received the parent's sums if the parent's record came first.
    private func parent(of record: ExitRecord) -> UInt32 {
        var parent = UInt32(truncatingIfNeeded: record.task[.acPpid] ?? 0)
        for _ in 0..<Self.longestWay {
            guard parent != root, let end = ended[parent], isEarlier(record, than: end) else { break }
            parent = end.parent
        }
        return parent
    }

    /// Returns whether a task started before that end; a task that started later refers to another process with the
    /// same id.
    private func isEarlier(_ record: ExitRecord, than end: EndedProcesses.Entry?) -> Bool {
        guard let end else { return false }
        let age = Nanoseconds.of(microseconds: record.task[.acTgetime] ?? record.task[.acEtime] ?? 0)
        let start = record.time > age ? record.time - age : 0
        return start <= end.time &+ Self.slackNanoseconds
    }

    /// Discards sums whose parents are gone without a record, because records were lost or are not visible to this
    /// user.
    ///
    /// A parent must be gone at two consecutive sweeps: the record of a process that just ended may still arrive.
    private mutating func sweep() {
        let gone = ofChildren.keys.filter { $0 != root && $0 != 0 && !isAlive($0) }
        for id in gone where missed.contains(id) { swept += ofChildren.removeValue(forKey: id)?.total.tasks ?? 0 }
        missed = Set(gone)
        sweepAt = max(leastSweep, 2 * ofChildren.count)
    }
}

/// The processes that ended last, with their parents.
///
/// A record can arrive after that of a parent that ended later, because records of different CPUs are not ordered. The
/// number of entries is bounded; the oldest are removed first.
struct EndedProcesses {
    /// A process that ended.
    struct Entry {
        /// The parent of the process.
        let parent: UInt32
        /// The time at which its record was read, in nanoseconds since 1970.
        let time: UInt64
        fileprivate let number: Int
    }

    private let limit: Int
    private var entries: [UInt32: Entry] = [:]
    private var order: [UInt32] = []
    private var inserted = 0

    init(limit: Int = 65_536) { self.limit = limit }

    /// The process of that id, if it ended recently.
    subscript(id: UInt32) -> Entry? { entries[id] }

    /// Adds a process that ended.
    mutating func insert(_ id: UInt32, parent: UInt32, time: UInt64) {
        if order.count < limit {
            order.append(id)
        } else {
            let oldest = order[inserted % limit]
            // The id may have been reused since.
            if entries[oldest]?.number == inserted - limit { entries[oldest] = nil }
            order[inserted % limit] = id
        }
        entries[id] = Entry(parent: parent, time: time, number: inserted)
        inserted += 1
    }
}

import TaskstatsClient

/// Which of all records that come belong to the descendants of one process, and what they add up to.
///
/// A record names its parent at the end, and children mostly end before their parents. So what ended is added up under
/// its parent, and when the parent ends, all that is added up under the parent's parent; who lost the parent has
/// been adopted by the root. In the end what stands under the root is the family. So there are sums for as many
/// processes as live at one time, never for all that ever did. Whatever is found out by looking at the machine comes from outside.
struct ProcessFamily {
    private let root: UInt32
    /// Children of the root that were there before.
    private let strangers: Set<UInt32>
    private let isAlive: (UInt32) -> Bool
    /// What ended, by the parent it had.
    private var ofChildren: [UInt32: Usage] = [:]
    private var ended = EndedProcesses()
    private var sweepAt = leastSweep
    private var swept: UInt64 = 0

    /// The process whose own figures are wanted too.
    var command: UInt32?
    /// What was counted for the command without its children.
    private(set) var own = Usage()
    /// Whether the record came with which the command ended.
    private(set) var isCommandComplete = false

    private static let leastSweep = 16_384
    /// By how much the times of two records can be off, as they are those at which the daemon read them.
    private static let slackNanoseconds: UInt64 = 250_000_000
    /// How many parents in a row can have ended before a record comes; reused ids must not lead around in a circle.
    private static let longestWay = 64

    init(root: UInt32, strangers: Set<UInt32> = [], isAlive: @escaping (UInt32) -> Bool) {
        self.root = root
        self.strangers = strangers
        self.isAlive = isAlive
    }

    /// A task ended.
    mutating func ended(_ record: ExitRecord) {
        // Kernels that cannot tell threads from processes have each task as one.
        let id = record.tgid ?? record.pid
        let endsProcess = record.isLast ?? true
        let parent = home(of: record)
        if parent == root, strangers.contains(id) {
            if endsProcess { ofChildren[id] = nil }
            return
        }
        if id == command, !isCommandComplete {
            own.add(record)
            isCommandComplete = endsProcess
        }
        ofChildren[parent, default: Usage()].add(record)
        guard endsProcess else { return }
        if let inherited = ofChildren.removeValue(forKey: id) { ofChildren[parent, default: Usage()].add(inherited) }
        ended.insert(id, parent: parent, time: record.time)
        if ofChildren.count > sweepAt { sweep() }
    }

    /// What was counted for all descendants of the root, those included whose parents still live.
    func total(living: [UInt32]) -> Usage {
        var total = ofChildren[root] ?? Usage()
        for id in living { if let usage = ofChildren[id] { total.add(usage) } }
        return total
    }

    /// Tasks of which nobody knows whose descendants they were: the records of their parents did not come.
    func unlinked(living: [UInt32]) -> UInt64 {
        let known = Set(living).union([root, 0])
        return ofChildren.reduce(swept) { sum, entry in
            known.contains(entry.key) || isAlive(entry.key) ? sum : sum + entry.value.tasks
        }
    }

    /// The parent, or where its own sums have gone when its record came first.
    private func home(of record: ExitRecord) -> UInt32 {
        var parent = UInt32(truncatingIfNeeded: record.task[.acPpid] ?? 0)
        let age = Nanoseconds.of(microseconds: record.task[.acTgetime] ?? record.task[.acEtime] ?? 0)
        let start = record.time > age ? record.time - age : 0
        for _ in 0..<Self.longestWay {
            // Whoever started after that end is the child of another process with the same id.
            guard parent != root, let end = ended[parent], start <= end.time &+ Self.slackNanoseconds else { break }
            parent = end.parent
        }
        return parent
    }

    /// Lets go of sums whose parents are gone without a record, which comes when records are lost or not for this user.
    private mutating func sweep() {
        for (id, usage) in ofChildren where id != root && id != 0 && !isAlive(id) {
            swept += usage.tasks
            ofChildren[id] = nil
        }
        sweepAt = max(Self.leastSweep, 2 * ofChildren.count)
    }
}

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
    private var strangers: Set<UInt32>
    private let isAlive: (UInt32) -> Bool
    /// What ended, by the parent it had.
    private var ofChildren: [UInt32: Usage] = [:]
    private var ended: EndedProcesses
    private let leastSweep: Int
    private var sweepAt: Int
    /// Parents that were gone without a record when last looked at.
    private var missed: Set<UInt32> = []
    private var swept: UInt64 = 0

    /// The process whose own figures are wanted too.
    var command: UInt32?
    /// What was counted for the command without its children.
    private(set) var own = Usage()
    /// Whether the record came with which the command ended.
    private(set) var isCommandComplete = false
    /// Descendants that were seen alive and have not ended since.
    private(set) var living: Set<UInt32> = []

    /// By how much the times of two records can be off, as they are those at which the daemon read them.
    private static let slackNanoseconds: UInt64 = 250_000_000
    /// How many parents in a row can have ended before a record comes; reused ids must not lead around in a circle.
    private static let longestWay = 64

    /// The descendants of a process, none so far.
    ///
    /// So many that ended are remembered, and once there are sums for so many, those are looked for whose parents are gone.
    init(
        root: UInt32, strangers: Set<UInt32> = [], remembering: Int = 65_536, sweepingAt leastSweep: Int = 16_384,
        isAlive: @escaping (UInt32) -> Bool
    ) {
        self.root = root
        self.strangers = strangers
        self.isAlive = isAlive
        self.leastSweep = leastSweep
        sweepAt = leastSweep
        ended = EndedProcesses(limit: remembering)
    }

    /// A task ended.
    mutating func ended(_ record: ExitRecord) {
        // Kernels that cannot tell threads from processes have each task as one.
        let id = record.tgid ?? record.pid
        let endsProcess = record.isLast ?? true
        let parent = home(of: record)
        if parent == root, strangers.contains(id) {
            if endsProcess {
                strangers.remove(id)
                ofChildren[id] = nil
            }
            return
        }
        if id == command, !isCommandComplete || isEarlier(record, than: ended[id]) {
            own.add(record)
            isCommandComplete = isCommandComplete || endsProcess
        }
        ofChildren[parent, default: Usage()].add(record)
        guard endsProcess else { return }
        living.remove(id)
        if let inherited = ofChildren.removeValue(forKey: id) { ofChildren[parent, default: Usage()].add(inherited) }
        ended.insert(id, parent: parent, time: record.time)
        if ofChildren.count > sweepAt { sweep() }
    }

    /// These descendants live, as somebody saw who looked after the last record that was taken.
    mutating func saw(living ids: [UInt32]) { living = Set(ids) }

    /// What was counted for all descendants of the root, those included whose parents still live.
    var total: Usage {
        living.reduce(into: ofChildren[root] ?? Usage()) { total, id in
            if let usage = ofChildren[id] { total.add(usage) }
        }
    }

    /// Tasks of which nobody knows whose descendants they were: the records of their parents did not come.
    var unlinked: UInt64 {
        ofChildren.reduce(swept) { sum, entry in
            let isKnown = entry.key == root || entry.key == 0 || living.contains(entry.key)
            return isKnown || isAlive(entry.key) ? sum : sum + entry.value.tasks
        }
    }

    /// The parent, or where its own sums have gone when its record came first.
    private func home(of record: ExitRecord) -> UInt32 {
        var parent = UInt32(truncatingIfNeeded: record.task[.acPpid] ?? 0)
        for _ in 0..<Self.longestWay {
            guard parent != root, let end = ended[parent], isEarlier(record, than: end) else { break }
            parent = end.parent
        }
        return parent
    }

    /// Whether a task started before that end: one that started later has to do with another process of the same id.
    private func isEarlier(_ record: ExitRecord, than end: EndedProcesses.Entry?) -> Bool {
        guard let end else { return false }
        let age = Nanoseconds.of(microseconds: record.task[.acTgetime] ?? record.task[.acEtime] ?? 0)
        let start = record.time > age ? record.time - age : 0
        return start <= end.time &+ Self.slackNanoseconds
    }

    /// Lets go of sums whose parents are gone without a record, which comes when records are lost or not for this user.
    ///
    /// Gone at two sweeps in a row: the record of one that ended just now may be on its way.
    private mutating func sweep() {
        let gone = ofChildren.keys.filter { $0 != root && $0 != 0 && !isAlive($0) }
        for id in gone where missed.contains(id) { swept += ofChildren.removeValue(forKey: id)?.tasks ?? 0 }
        missed = Set(gone)
        sweepAt = max(leastSweep, 2 * ofChildren.count)
    }
}

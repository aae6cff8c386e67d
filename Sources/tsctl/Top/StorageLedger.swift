import CommandSupport
import Taskstats

/// The accounting of storage traffic for top: converts the totals of threads to traffic of tasks or processes.
///
/// The kernel sums the I/O of a process only when it ends, so each thread is counted separately. Its total only grows,
/// and each record of the thread adds the growth since the one before, so no byte is added twice, in whatever order
/// samples and exits arrive. A thread that is seen for the first time adds its total; if it turns out to be older than
/// the interval, the traffic of its owner is incomplete, because part of the total is older too.
struct StorageLedger {
    /// The total of a thread at its last record.
    private struct Total {
        var age: UInt64
        var read: UInt64
        var written: UInt64
    }

    /// The growth in the interval.
    struct Growth {
        fileprivate var traffic = StorageTraffic()
        /// The age of the oldest thread that added its total.
        fileprivate var oldest: UInt64 = 0

        /// Returns the traffic in an interval of at most this length; nil if nothing is known.
        func traffic(elapsedAtMost elapsed: UInt64) -> StorageTraffic? {
            guard TaskIdentity.isNew(age: oldest, elapsedAtMost: elapsed) else { return nil }
            return traffic.isComplete || traffic.read > 0 || traffic.written > 0 ? traffic : nil
        }
    }

    /// The totals by owner, which is a process or, for top of threads, a thread, and by thread.
    private var totals: [UInt32: [UInt32: Total]] = [:]
    private var growth: [UInt32: Growth] = [:]
    /// The living threads of the owners that were queried in this interval.
    private var living: [UInt32: [UInt32]] = [:]

    /// The fields that are counted, with the age that identifies a thread.
    static let fields = FieldSet(StorageTraffic.fields).union([.acEtime])

    /// Returns whether the totals of an owner are known, so that it needs no query while it does not run.
    func isKnown(_ owner: UInt32) -> Bool { totals[owner] != nil }

    /// Records which threads of an owner live; their records follow.
    mutating func list(_ threads: [UInt32], of owner: UInt32) { living[owner] = threads }

    /// Adds the last record of a thread, and discards its total.
    mutating func end(_ record: TaskRecord, thread: UInt32, owner: UInt32) {
        add(record, thread: thread, owner: owner)
        // The first thread of a process remains, and is sampled again, until all others have ended.
        if thread != owner { totals[owner]?[thread] = nil }
    }

    /// Takes the growth of an owner that has ended, and discards its totals, because another one can have the same id.
    mutating func endOwner(_ owner: UInt32) -> Growth? {
        totals[owner] = nil
        return growth.removeValue(forKey: owner)
    }

    /// Adds a record of a living thread.
    mutating func add(_ record: TaskRecord, thread: UInt32, owner: UInt32) {
        guard let age = record[.acEtime], let read = record[.readBytes], let written = record[.writeBytes] else {
            // Withheld, or not counted by this kernel.
            growth[owner, default: Growth()].traffic.isComplete = false
            return
        }
        let total = Total(age: age, read: read, written: written)
        let before = totals[owner]?[thread]
        totals[owner, default: [:]][thread] = total
        var sum = growth[owner] ?? Growth()
        if let before, TaskIdentity.isSame(age: age, earlier: before.age, elapsedAtLeast: 0), before.read <= read,
            before.written <= written
        {
            sum.traffic.read &+= read - before.read
            sum.traffic.written &+= written - before.written
        } else {
            sum.traffic.read &+= read
            sum.traffic.written &+= written
            sum.oldest = max(sum.oldest, age)
        }
        growth[owner] = sum
    }

    /// Discards what is known of an owner that is not queried.
    mutating func forget(_ owner: UInt32) {
        totals[owner] = nil
        growth[owner, default: Growth()].traffic.isComplete = false
    }

    /// Returns the traffic of a living owner in an interval of at most this length; nil if it is unknown.
    func traffic(of owner: UInt32, elapsedAtMost elapsed: UInt64) -> StorageTraffic? {
        guard let sum = growth[owner] else { return isKnown(owner) ? StorageTraffic() : nil }
        return sum.traffic(elapsedAtMost: elapsed)
    }

    /// Closes the interval, and discards the totals of everything that does not live.
    mutating func finish(livingOwners owners: some Sequence<UInt32>) {
        var kept: [UInt32: [UInt32: Total]] = [:]
        for owner in owners {
            guard let known = totals[owner] else { continue }
            guard let threads = living[owner] else {
                kept[owner] = known
                continue
            }
            let wanted = Set(threads)
            kept[owner] = known.filter { wanted.contains($0.key) }
        }
        totals = kept
        growth.removeAll(keepingCapacity: true)
        living.removeAll(keepingCapacity: true)
    }
}

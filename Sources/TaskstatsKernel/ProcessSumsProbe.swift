import TaskstatsModel

/// Determines whether this kernel keeps ended threads in the sums of their process.
///
/// Kernels without the commit "taskstats: retain dead thread stats in TGID queries" do not, and nothing else in their
/// records distinguishes them. The sink receives the records of a child with two threads, of which the first outlives
/// the other.
package struct ProcessSumsProbe: ExitSink {
    /// The ages of each process's ended threads, in microseconds.
    private var ages: [UInt32: [UInt64]] = [:]
    private var sums: [UInt32: UInt64] = [:]

    /// Creates a probe without records.
    package init() {}

    package mutating func exited(_ record: inout ExitRecord) {
        guard let tgid = record.tgid, let age = record.task[.acEtime] else { return }
        ages[tgid, default: []].append(age)
        // Sums over no thread at all are absent.
        sums[tgid] = record.process.map { $0[.acEtime] ?? 0 }
    }

    package mutating func lost(cpu: Int, count: UInt64) {}

    /// Returns whether the sums of the child contain both threads; nil when a record is missing.
    package func keepsEndedThreads(child: UInt32) -> Bool? {
        guard let ages = ages[child], ages.count == 2, let shorter = ages.min(), let longer = ages.max(),
            let sum = sums[child]
        else { return nil }
        // The ages taken for a thread's record and for the sums differ slightly.
        return sum >= longer + shorter / 2
    }
}

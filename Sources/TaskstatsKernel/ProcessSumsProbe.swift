import TaskstatsModel

/// Determines whether this kernel keeps ended threads in the sums of their process.
///
/// Kernels without the commit "taskstats: retain dead thread stats in TGID queries" do not, and nothing else in their
/// records distinguishes them. The sink receives the records of a child with two threads, of which the first outlives
/// the other.
///
/// Records below struct version 12 do not name their process. There the parent, which all threads share, stands for it:
/// the daemon has no other child at that time.
package struct ProcessSumsProbe: ExitSink {
    /// The process of each ended thread.
    private var processes: [UInt32: UInt32] = [:]
    /// The ages of each process's ended threads, in microseconds.
    private var ages: [UInt32: [UInt64]] = [:]
    private var sums: [UInt32: UInt64] = [:]

    /// Creates a probe without records.
    package init() {}

    package mutating func exited(_ record: inout ExitRecord) {
        let parent = record.task[.acPpid].map(UInt32.init(truncatingIfNeeded:))
        guard let process = record.tgid ?? parent, let age = record.task[.acEtime] else { return }
        processes[record.pid] = process
        ages[process, default: []].append(age)
        // Sums over no thread at all are absent.
        sums[process] = record.process.map { $0[.acEtime] ?? 0 }
    }

    package mutating func lost(cpu: Int, count: UInt64) {}

    /// Returns whether the sums of the child contain both threads; nil when a record is missing.
    package func keepsEndedThreads(child: UInt32) -> Bool? {
        // Its first thread ends last, and has its id.
        guard let process = processes[child], let ages = ages[process], ages.count == 2, let shorter = ages.min(),
            let longer = ages.max(), let sum = sums[process]
        else { return nil }
        // The ages taken for a thread's record and for the sums differ slightly.
        return sum >= longer + shorter / 2
    }
}

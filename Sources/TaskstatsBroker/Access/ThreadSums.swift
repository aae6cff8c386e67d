import TaskstatsModel

/// Proves that the sums of a process contain only threads of one user whose records were seen.
///
/// The kernel sums all threads of a process, regardless of their uids, and names none. A process whose last thread is
/// this user's may have had threads of another user. But each thread was scheduled on a CPU at least once, and the sums
/// count that too: if the counts of the seen threads, all of them this user's, add up to the count in the sums, no
/// other thread can be part of these. A record that was lost, not seen, or read out of order is missing in the count and
/// only leaves the proof open. A thread that ended before the process began belongs to an earlier process of that id.
struct ThreadSums {
    /// The ended threads of a process.
    private struct Ended {
        /// How often they were scheduled on a CPU.
        var count: UInt64 = 0
        /// When the record of the first one was read, in nanoseconds since 1970.
        let time: UInt64
    }

    private var ended: [UInt32: Ended] = [:]

    /// The maximum number of processes remembered per user.
    static let limit = 4_096
    /// The maximum time between the end of a task and the reading of its record; no process id is reused within it.
    private static let readingDelay: UInt64 = 50_000_000

    /// Adds a task of the user that ended, and returns whether the sums sent with its record are proven to be the
    /// user's.
    mutating func include(_ record: borrowing ExitRecord) -> Bool {
        guard let tgid = record.tgid, let isLast = record.isLast, let own = record.task.kernelValue(of: .cpuCount)
        else { return false }
        if !isLast {
            // Processes whose end is never seen must not fill it for ever.
            if ended.count >= Self.limit, ended[tgid] == nil { ended.removeAll() }
            let time = record.time
            ended[tgid, default: Ended(time: time)].count &+= own
            return false
        }
        let threads = ended.isEmpty ? nil : ended.removeValue(forKey: tgid)
        if let threads {
            guard let age = record.task.kernelValue(of: .acTgetime) else { return false }
            let (nanoseconds, overflow) = age.multipliedReportingOverflow(by: 1_000)
            let begin = overflow || nanoseconds > record.time ? 0 : record.time - nanoseconds
            guard threads.time + Self.readingDelay >= begin else { return false }
        }
        return record.process?.kernelValue(of: .cpuCount) == (threads?.count ?? 0) &+ own
    }
}

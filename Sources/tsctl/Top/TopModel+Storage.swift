import CommandSupport
import Taskstats

// The storage traffic of processes. The sums of a process lack it, so it comes from its threads; but a process that has
// not run has caused none, and most have not. Threads need no further queries: their own record has everything.

extension TopModel {
    /// The maximum number of threads that are queried in one interval; the traffic of further processes is unknown.
    static let mostThreadsForStorage = 4_096

    /// Returns the queries for the threads of processes that ran since the last sample, or whose totals are unknown.
    mutating func storageQueries(listing threads: (UInt32) -> [UInt32]?) -> [Query] {
        guard subject == .process else { return [] }
        var queries: [Query] = []
        for id in processesThatRan {
            // Without a list it has just ended.
            guard let threads = threads(id) else { continue }
            guard queries.count + threads.count <= Self.mostThreadsForStorage else {
                ledger.forget(id)
                continue
            }
            ledger.list(threads, of: id)
            storageOwners.append(contentsOf: repeatElement(id, count: threads.count))
            queries += threads.map { Query(.pid($0), fields: StorageLedger.fields) }
        }
        return queries
    }

    /// Takes the replies to `storageQueries`, in order.
    mutating func addStorage(_ answers: [(Query, RateLimitedQueries.Reply)]) {
        for ((query, answer), owner) in zip(answers, storageOwners) {
            guard case .pid(let thread) = query.target, case .success(let answer) = answer else { continue }
            ledger.add(answer.record, thread: thread, owner: owner)
        }
        storageOwners.removeAll(keepingCapacity: true)
    }

    /// The processes whose storage totals may have changed: they ran, or are not known yet.
    private var processesThatRan: [UInt32] {
        now.compactMap { id, snapshot in
            !snapshot.isContinued || before[id]?.spent != snapshot.spent || !ledger.isKnown(id) ? id : nil
        }.sorted()
    }
}

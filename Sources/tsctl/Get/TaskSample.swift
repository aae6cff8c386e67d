import CommandSupport
import LinuxSystem
import Taskstats
import TaskstatsProtocol

/// A sample of the tasks that `get` shows.
struct TaskSample {
    /// The tasks to sample.
    enum Selection {
        /// The given tasks and processes.
        case named([QueryTarget])
        /// All threads of these processes, each process followed by its sums.
        case threads([UInt32])
        /// Every process that this user can see.
        case all
        /// The processes that this user can see whose command matches a pattern, each queried as this target.
        case matching([GlobPattern], (UInt32) -> QueryTarget)
        /// Processes found elsewhere: those that have ended or are withheld are only counted.
        case found([UInt32])
    }

    /// The start and end of the sample, in microseconds of the monotonic clock.
    private(set) var begin: UInt64 = 0
    private(set) var end: UInt64 = 0
    /// The time of the sample, in nanoseconds since 1970.
    private(set) var time: UInt64 = 0
    /// The tasks found.
    private(set) var rows: [TaskRow] = []
    /// The given tasks that could not be sampled, with the reasons.
    private(set) var failures: [(key: TaskRow.Key, problem: String)] = []
    /// The number of this user's processes that the daemon withholds.
    private(set) var withheld = 0
    /// The number of listed processes that ended before they were queried.
    private(set) var ended = 0

    /// The maximum number of threads to query; processes with threads beyond it lack the fields that only threads have.
    static let mostThreads = 2_048

    /// Takes a sample; `leaders` adds the fields of the first task of processes, `threads` those of every thread, up to
    /// a number of threads.
    ///
    /// Throws ``StandardOutput/Stop/interrupted`` if the descriptor became readable first; a negative one never does.
    static func take(
        _ selection: Selection, fields: FieldSet, leaders: Bool, threads: Bool, upTo mostThreads: Int = mostThreads,
        on connection: TaskstatsConnection, interruptedBy descriptor: Int32
    ) throws -> TaskSample {
        var sample = TaskSample()
        let targets = try sample.targets(selection, connection.server)
        let fields = threads ? fields.union(ProcessThreads.counting) : fields
        var requests: [RateLimitedQueries.Query] = []
        for (key, target) in targets {
            requests.append(RateLimitedQueries.Query(target, fields: fields))
            if leaders, key.kind == .process {
                requests.append(RateLimitedQueries.Query(.pid(key.id), fields: fields))
            }
        }
        sample.time = SystemClock.realtimeNanoseconds
        sample.begin = SystemClock.monotonicMicroseconds
        guard let answered = try RateLimitedQueries.send(requests, on: connection, interruptedBy: descriptor) else {
            throw StandardOutput.Stop.interrupted
        }
        var answers = answered[...]
        let isNamed = if case .named = selection { true } else { false }
        for (key, _) in targets {
            guard let counters = answers.popFirst() else { break }
            let leader = leaders && key.kind == .process ? answers.popFirst() : nil
            sample.add(key, counters, leader, isNamed: isNamed || key.kind == .total)
        }
        if threads { try sample.queryThreads(fields, upTo: mostThreads, on: connection, interruptedBy: descriptor) }
        sample.end = SystemClock.monotonicMicroseconds
        return sample
    }

    /// Queries the threads of processes that have, or have had, several.
    private mutating func queryThreads(
        _ fields: FieldSet, upTo mostThreads: Int, on connection: TaskstatsConnection, interruptedBy descriptor: Int32
    ) throws {
        var room = mostThreads
        var found: [(row: Int, ids: [UInt32])] = []
        var requests: [RateLimitedQueries.Query] = []
        for index in rows.indices where rows[index].key.kind == .process && rows[index].mayHaveSeveralThreads {
            rows[index].threads = .notQueried
            guard let ids = ProcessDirectory.threads(of: rows[index].id), ids.count <= room else { continue }
            room -= ids.count
            found.append((index, ids))
            requests += ids.map { RateLimitedQueries.Query(.pid($0), fields: fields.union([.acEtime])) }
            // After its threads: see ProcessThreads.
            requests.append(RateLimitedQueries.Query(.tgid(rows[index].id), fields: fields))
        }
        guard let answered = try RateLimitedQueries.send(requests, on: connection, interruptedBy: descriptor) else {
            throw StandardOutput.Stop.interrupted
        }
        var answers = answered[...]
        for (index, ids) in found {
            let ofThreads = answers.prefix(ids.count)
            answers = answers.dropFirst(ids.count)
            guard case .success(let sums) = answers.popFirst() else { continue }
            rows[index].counters = sums.record
            rows[index].threads = .several(ProcessThreads(Self.records(of: ids, ofThreads), sums: sums.record))
        }
    }

    private static func records(of ids: [UInt32], _ answers: ArraySlice<RateLimitedQueries.Reply>) -> [UInt32:
        TaskRecord]
    {
        var records: [UInt32: TaskRecord] = [:]
        for (id, answer) in zip(ids, answers) {
            if case .success(let answer) = answer { records[id] = answer.record }
        }
        return records
    }

    /// Assigns the preceding rows of threads to the sums of their process.
    private mutating func sumUpThreads(before total: Int) {
        var records: [UInt32: TaskRecord] = [:]
        for row in rows[..<total].reversed() {
            guard row.key.kind == .task else { break }
            records[row.id] = row.counters
        }
        rows[total].threads = .several(ProcessThreads(records, sums: rows[total].counters))
    }

    private mutating func targets(
        _ selection: Selection, _ server: ServerInfo
    ) throws(Failure) -> [(key: TaskRow.Key, target: QueryTarget)] {
        // Without access to all processes, those of other users would be refused.
        let owner = server.access == .all ? nil : server.uid
        switch selection {
        case .named(let targets):
            return Self.keyed(targets)
        case .threads(let ids):
            var found: [(key: TaskRow.Key, target: QueryTarget)] = []
            for id in ids {
                let key = TaskRow.Key(kind: .total, id: id)
                guard let threads = ProcessDirectory.threads(of: id) else {
                    failures.append((key, "process \(id) does not exist"))
                    continue
                }
                found += threads.map { (TaskRow.Key(kind: .task, id: $0), .pid($0)) }
                found.append((key, .tgid(id)))
            }
            return found
        case .all:
            return Self.keyed(try ProcessDirectory.processes(ofUser: owner).map(QueryTarget.tgid))
        case .matching(let patterns, let target):
            return Self.keyed(try ProcessDirectory.processes(matching: patterns, ofUser: owner).map(target))
        case .found(let ids):
            return Self.keyed(ids.map(QueryTarget.tgid))
        }
    }

    private static func keyed(_ targets: [QueryTarget]) -> [(key: TaskRow.Key, target: QueryTarget)] {
        targets.compactMap { target in
            switch target {
            case .pid(let id): (TaskRow.Key(kind: .task, id: id), target)
            case .tgid(let id): (TaskRow.Key(kind: .process, id: id), target)
            case .cgroup: nil
            }
        }
    }

    private mutating func add(
        _ key: TaskRow.Key, _ counters: RateLimitedQueries.Reply, _ leader: RateLimitedQueries.Reply?, isNamed: Bool
    ) {
        switch counters {
        case .success(let answer):
            var row = TaskRow(key: key, counters: answer.record, texts: [answer.text])
            if case .success(let first) = leader {
                row.leader = first.record
                row.texts.insert(first.text, at: 0)
            }
            rows.append(row)
            if key.kind == .total { sumUpThreads(before: rows.count - 1) }
        case .failure(let error):
            switch error.code {
            // A listed process may have ended since.
            case .noSuchTask where !isNamed: ended += 1
            case .permissionDenied where !isNamed: withheld += 1
            default: failures.append((key, Failure(error).message))
            }
        }
    }
}

extension TaskRow {
    /// Whether the process has, or had, more threads than its first.
    ///
    /// The sums were taken before the record of the first thread, whose count can only have grown since.
    fileprivate var mayHaveSeveralThreads: Bool {
        if (ProcessDirectory.threadCount(of: id) ?? 1) > 1 { return true }
        guard let all = counters[.cpuCount], let first = leader?[.cpuCount] else { return true }
        return all > first
    }
}

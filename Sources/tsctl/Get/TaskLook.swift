import TaskstatsClient
import TaskstatsProtocol

/// What `get` looks at, and one look at it.
struct TaskLook {
    /// Whom to look at.
    enum Selection {
        /// Tasks and processes that were named.
        case named([QueryTarget])
        /// All threads of these processes, each followed by the sums.
        case threads([UInt32])
        /// Every process that this user may see.
        case all
    }

    /// When it began and when it was over, in microseconds of the monotonic clock.
    private(set) var begin: UInt64 = 0
    private(set) var end: UInt64 = 0
    /// When it was, in nanoseconds since 1970.
    private(set) var time: UInt64 = 0
    /// What is there.
    private(set) var rows: [TaskRow] = []
    /// What was asked for by name and cannot be told.
    private(set) var troubles: [(key: TaskRow.Key, problem: String)] = []
    /// Processes that are this user's and that the daemon does not tell of.
    private(set) var withheld = 0

    /// Looks; with `leaders`, processes are shown with what only their first task has.
    static func take(
        _ selection: Selection, fields: FieldSet, leaders: Bool, on connection: TaskstatsConnection
    ) throws -> TaskLook {
        var look = TaskLook()
        let targets = try look.targets(selection, connection.server)
        var questions: [Survey.Question] = []
        for (key, target) in targets {
            questions.append(Survey.Question(target, fields: fields))
            if leaders, key.kind == .process { questions.append(Survey.Question(.pid(key.id), fields: fields)) }
        }
        look.time = Moment.nanosecondsSince1970
        look.begin = Moment.monotonicMicroseconds
        var answers = try Survey.ask(questions, on: connection)[...]
        look.end = Moment.monotonicMicroseconds
        let isNamed = if case .named = selection { true } else { false }
        for (key, _) in targets {
            guard let counters = answers.popFirst() else { break }
            let leader = leaders && key.kind == .process ? answers.popFirst() : nil
            look.add(key, counters, leader, isNamed: isNamed || key.kind == .total)
        }
        return look
    }

    private mutating func targets(
        _ selection: Selection, _ server: ServerInfo
    ) throws(Failure) -> [(key: TaskRow.Key, target: QueryTarget)] {
        switch selection {
        case .named(let targets):
            return targets.compactMap { target in
                switch target {
                case .pid(let id): (TaskRow.Key(kind: .task, id: id), target)
                case .tgid(let id): (TaskRow.Key(kind: .process, id: id), target)
                case .cgroup: nil
                }
            }
        case .threads(let ids):
            var found: [(key: TaskRow.Key, target: QueryTarget)] = []
            for id in ids {
                let key = TaskRow.Key(kind: .total, id: id)
                guard let threads = ProcessDirectory.threads(of: id) else {
                    troubles.append((key, "there is no process \(id), or no longer"))
                    continue
                }
                found += threads.map { (TaskRow.Key(kind: .task, id: $0), .pid($0)) }
                found.append((key, .tgid(id)))
            }
            return found
        case .all:
            let owner = server.access == .all ? nil : server.uid
            return try ProcessDirectory.processes(ofUser: owner).map {
                (TaskRow.Key(kind: .process, id: $0), .tgid($0))
            }
        }
    }

    private mutating func add(
        _ key: TaskRow.Key, _ counters: Survey.Answer, _ leader: Survey.Answer?, isNamed: Bool
    ) {
        switch counters {
        case .success(let answer):
            var row = TaskRow(key: key, counters: answer.record, texts: [answer.text])
            if case .success(let first) = leader {
                row.leader = first.record
                row.texts.insert(first.text, at: 0)
            }
            rows.append(row)
        case .failure(let error):
            switch error.code {
            // What was only listed may have ended since.
            case .noSuchTask where !isNamed: break
            case .permissionDenied where !isNamed: withheld += 1
            default: troubles.append((key, Failure(error).message))
            }
        }
    }
}

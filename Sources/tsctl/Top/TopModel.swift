import TaskstatsClient
import TaskstatsProtocol

/// From totals since birth to what happened in each interval: what top knows, without asking anybody itself.
///
/// In each round it is told of one look at everything that lives, and of every end since the round before. Differences are
/// taken only between two looks at the same task, as ids are used again: a task must have aged by the time between the
/// looks, its totals must not have fallen, and no end of that id may have been told. Where one of these is doubtful the
/// model asks for the first task of the process, whose age decides. What ended in the interval is shown with what it did
/// since the last look, or in its whole life when it began after that.
struct TopModel {
    /// Whether each thread is looked at by itself, or each process as a whole.
    enum Subject: String { case process, thread }

    /// What was seen of one task at a look.
    struct Sight {
        var identity: TopRow.Identity?
        /// When it began, on the monotonic clock, as near as that is known.
        var startMicroseconds: UInt64?
        /// Its age; of a process with threads the sum of theirs.
        var age: UInt64
        var spent: TimeSpent
        /// Whether an earlier look saw the same task.
        var isContinued = false
        /// Whether the identity was taken so early that the program may have been another.
        var isYoung = false
    }

    /// A question to the daemon that belongs to a task.
    typealias Question = Survey.Question

    let subject: Subject
    private var before: [UInt32: Sight] = [:]
    private var now: [UInt32: Sight] = [:]
    private var doubtful: Set<UInt32> = []
    private var ends: [ExitRecord] = []
    private var endedIDs: Set<UInt32> = []
    private var (ended, failed, lost, omitted) = (UInt64(0), UInt64(0), UInt64(0), UInt64(0))
    private var round: UInt32 = 0
    private var lookBefore: ClosedRange<UInt64>?
    private var look: ClosedRange<UInt64> = 0...0
    /// Whether ends may have gone by unnoticed.
    var isPartial = false

    /// How many ended ones of one interval are kept at most.
    static let mostEnds = 8_192
    /// In how many rounds everybody is asked anew for the name.
    private static let roundsOfIdentity: UInt32 = 16
    private static let counters = TimeKind.fields.union([.acEtime])

    init(subject: Subject) { self.subject = subject }

    // MARK: What to ask

    /// What to ask of those that live.
    mutating func questions(for ids: [UInt32]) -> [Question] {
        round &+= 1
        guard subject == .process else { return ids.map(Self.threadQuestion) }
        return ids.flatMap { id in
            let sums = Question(.tgid(id), fields: Self.counters)
            return wantsIdentity(id) ? [sums, Question(.pid(id), fields: TopRow.Identity.fields)] : [sums]
        }
    }

    private static func threadQuestion(_ id: UInt32) -> Question {
        Question(.pid(id), fields: counters.union(TopRow.Identity.fields))
    }

    /// Names can change, most often soon after the beginning.
    private func wantsIdentity(_ id: UInt32) -> Bool {
        guard let known = before[id], known.identity != nil, !known.isYoung else { return true }
        return (id &+ round) % Self.roundsOfIdentity == 0
    }

    /// What to ask of those that may not be who they were; to be asked once all ends are told that came before.
    var doubts: [Question] {
        let ids = doubtful.union(endedIDs.intersection(now.keys)).sorted()
        guard subject == .process else { return ids.map(Self.threadQuestion) }
        return ids.flatMap { id in
            [Question(.tgid(id), fields: Self.counters), Question(.pid(id), fields: TopRow.Identity.fields)]
        }
    }

    // MARK: What is told

    /// The answers to `questions`, in their order, and when they were asked and answered on the monotonic clock.
    mutating func saw(_ answers: [(Question, Survey.Answer)], during look: ClosedRange<UInt64>) {
        self.look = look
        now.removeAll(keepingCapacity: true)
        doubtful.removeAll(keepingCapacity: true)
        take(answers, look)
    }

    /// The answers to `doubts`, and when these were asked and answered.
    mutating func resolved(_ answers: [(Question, Survey.Answer)], during moments: ClosedRange<UInt64>) {
        for (question, _) in answers {
            switch question.target {
            case .tgid(let id), .pid(let id): now[id] = nil
            case .cgroup: break
            }
        }
        take(answers, moments)
        for record in ends {
            // Who has ended and is still there was not waited for; its end is told already.
            let id = id(of: record)
            guard let start = now[id]?.startMicroseconds else { continue }
            if moments.lowerBound - min(start, moments.lowerBound) + Continuity.slackMicroseconds >= age(of: record) {
                now[id] = nil
            }
        }
        doubtful.removeAll(keepingCapacity: true)
    }

    /// Somebody ended.
    mutating func ended(_ record: ExitRecord) {
        ended += 1
        if record.exit?.isSuccess == false { failed += 1 }
        endedIDs.insert(id(of: record))
        if ends.count < Self.mostEnds { ends.append(record) } else { omitted += 1 }
    }

    /// Somebody ended, and there was no time to see who.
    mutating func endedUnread() {
        ended += 1
        omitted += 1
    }

    /// Records were lost.
    mutating func lost(_ count: UInt64) { lost &+= count }

    private func id(of record: ExitRecord) -> UInt32 {
        subject == .process ? record.tgid ?? record.pid : record.pid
    }

    private func age(of record: ExitRecord) -> UInt64 {
        (subject == .process ? record.task[.acTgetime] : nil) ?? record.task[.acEtime] ?? 0
    }

    private mutating func take(_ answers: [(Question, Survey.Answer)], _ moments: ClosedRange<UInt64>) {
        var rest = answers[...]
        while let (question, answer) = rest.popFirst() {
            switch question.target {
            case .tgid(let id):
                var first: TaskRecord?
                if case (let next, .success(let answer))? = rest.first, next.target == .pid(id) {
                    first = answer.record
                }
                if rest.first?.0.target == .pid(id) { rest.removeFirst() }
                if case .success(let answer) = answer { add(id, answer.record, first, moments) }
            case .pid(let id):
                if case .success(let answer) = answer { add(id, answer.record, answer.record, moments) }
            case .cgroup:
                break
            }
        }
    }

    private mutating func add(
        _ id: UInt32, _ counters: TaskRecord, _ first: TaskRecord?, _ moments: ClosedRange<UInt64>
    ) {
        var sight = Sight(age: counters[.acEtime] ?? 0, spent: TimeSpent(counters))
        let old = before[id]
        if let first, let age = first[.acEtime] {
            sight.identity = TopRow.Identity(first)
            let start = moments.lowerBound - min(age, moments.lowerBound)
            sight.startMicroseconds = start
            sight.isYoung = old == nil || !isOlderThanInterval(age)
            sight.isContinued = old.map { isSame($0, start: start) } ?? false
        } else if let old, !endedIDs.contains(id), isSame(old, sight), !sight.spent.isLess(than: old.spent) {
            (sight.identity, sight.startMicroseconds, sight.isContinued) = (old.identity, old.startMicroseconds, true)
        } else {
            doubtful.insert(id)
        }
        now[id] = sight
    }

    private var elapsedAtLeast: UInt64 {
        guard let lookBefore, look.lowerBound > lookBefore.upperBound else { return 0 }
        return look.lowerBound - lookBefore.upperBound
    }

    /// How long ago the look before began; nil when this is the first.
    private var elapsedAtMost: UInt64? { lookBefore.map { look.upperBound - $0.lowerBound } }

    private func isOlderThanInterval(_ age: UInt64) -> Bool { age > 2 * (elapsedAtMost ?? 0) }

    /// By the beginning of the first task.
    private func isSame(_ old: Sight, start: UInt64) -> Bool {
        guard let begun = old.startMicroseconds else { return true }
        let uncertain = look.upperBound - look.lowerBound + (lookBefore.map { $0.upperBound - $0.lowerBound } ?? 0)
        return max(start, begun) - min(start, begun) <= uncertain + Continuity.slackMicroseconds
    }

    private func isSame(_ old: Sight, _ sight: Sight) -> Bool {
        Continuity.isSame(age: sight.age, earlier: old.age, elapsedAtLeast: elapsedAtLeast)
    }

    // MARK: What comes of it

    /// Closes the interval; nil after the first look, which has nothing before it.
    mutating func finish(at time: UInt64) -> TopInterval? {
        var interval: TopInterval?
        if let lookBefore, let elapsed = elapsedAtMost {
            var rows = endedRows(elapsed)
            for (id, sight) in now {
                rows.append(TopRow(id: id, identity: sight.identity, spent: spent(id, sight, elapsed)))
            }
            interval = TopInterval(
                microseconds: look.lowerBound - lookBefore.lowerBound, time: time, rows: rows.sorted { $0.id < $1.id },
                ended: ended, failed: failed, lost: lost, omitted: omitted, isPartial: isPartial)
        }
        (before, lookBefore) = (now, look)
        (ended, failed, lost, omitted, isPartial) = (0, 0, 0, 0, false)
        ends.removeAll(keepingCapacity: true)
        endedIDs.removeAll(keepingCapacity: true)
        return interval
    }

    private func spent(_ id: UInt32, _ sight: Sight, _ elapsed: UInt64) -> TimeSpent? {
        if sight.isContinued { return before[id].map { sight.spent.since($0.spent) } }
        let age = sight.startMicroseconds.map { look.lowerBound - min($0, look.lowerBound) } ?? sight.age
        return Continuity.isNew(age: age, elapsedAtMost: elapsed) ? sight.spent : nil
    }

    private func endedRows(_ elapsed: UInt64) -> [TopRow] {
        var earlier = before
        return ends.map { record in
            let id = id(of: record)
            let age = age(of: record)
            let total = TimeSpent((subject == .process ? record.process : nil) ?? record.task)
            var row = TopRow(
                id: id, identity: TopRow.Identity(record.task),
                end: TopRow.End(status: record.exit, ageMicroseconds: age))
            // Of several that ended with one id in an interval, only the first can have been there before it.
            if let old = earlier[id], !total.isLess(than: old.spent), isAsOld(age, as: old) {
                row.spent = total.since(old.spent)
                earlier[id] = nil
            } else if Continuity.isNew(age: age, elapsedAtMost: elapsed) {
                row.spent = total
            }
            return row
        }
    }

    /// Whether one that ended at that age can have been there at the look before.
    private func isAsOld(_ age: UInt64, as old: Sight) -> Bool {
        guard let lookBefore, let start = old.startMicroseconds else { return age >= old.age }
        return age &+ Continuity.slackMicroseconds >= lookBefore.lowerBound - min(start, lookBefore.lowerBound)
    }
}

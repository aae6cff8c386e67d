import CommandSupport
import Taskstats
import TestSupport

@testable import taskstats_exporter

/// A machine of random tasks that runs next to the model, and the oracle of its sums.
///
/// Each task has counters that grow, a name that changes and an age. The oracle is the sum of the counters of all tasks,
/// and knows nothing of groups.
struct SimulatedMachine {
    struct Task {
        var id: UInt32
        var process: UInt32
        var command: String
        var started: UInt64
        var counters: [UInt64]
        /// Its age at the end.
        var age: UInt64 = 0
    }

    var model: ExporterModel
    var random: SeededGenerator
    private(set) var tasks: [UInt32: Task] = [:]
    /// Ids of tasks that have ended and still exist.
    private var zombies: [Task] = []
    private var nextID: UInt32 = 100
    private(set) var now: UInt64 = 1_000_000_000
    /// The sums of all counters of tasks that have ended.
    private var ended = [UInt64](repeating: 0, count: TaskCounters.count)
    private(set) var exits: UInt64 = 0
    private let commands: Int

    init(seed: UInt64, limit: Int, commands: Int) {
        model = ExporterModel(by: .command, limit: limit, idleSeconds: 5)
        random = SeededGenerator(seed: seed)
        self.commands = commands
    }

    /// The sums over all tasks that have ended.
    var sumsOfEnded: [UInt64] { ended }

    /// The sums over all tasks, at this moment.
    var sumsOfAll: [UInt64] {
        tasks.values.reduce(into: ended) { sums, task in
            for place in sums.indices { sums[place] += task.counters[place] }
        }
    }

    mutating func step() {
        now += UInt64.random(in: 1...400_000, using: &random)
        // The caller recognises those that ended long ago.
        zombies.removeAll { now - $0.started - $0.age > 1_000_000 }
        switch Int.random(in: 0..<100, using: &random) {
        case ..<30: start()
        case ..<55: grow()
        case ..<60: rename()
        case ..<64: startThread()
        case ..<67: executeInThread()
        case ..<90: endAny()
        default: sample()
        }
    }

    // MARK: Events

    private mutating func anyTask() -> UInt32? { tasks.keys.sorted().randomElement(using: &random) }

    private mutating func endAny() {
        if let id = anyTask() { end(id) }
    }

    private mutating func start() {
        nextID += 1
        add(nextID, process: nextID, command: "c\(Int.random(in: 0..<commands, using: &random))")
    }

    private mutating func startThread() {
        guard let id = anyTask(), let task = tasks[id] else { return }
        nextID += 1
        add(nextID, process: task.process, command: task.command)
    }

    private mutating func add(_ id: UInt32, process: UInt32, command: String) {
        tasks[id] = Task(
            id: id, process: process, command: command, started: now,
            counters: [UInt64](repeating: 0, count: TaskCounters.count))
    }

    private mutating func grow() {
        for _ in 0..<4 {
            guard let id = anyTask() else { return }
            for place in 0..<TaskCounters.count where random.chance(60) {
                tasks[id]?.counters[place] += UInt64.random(in: 0...5_000_000, using: &random)
            }
        }
    }

    private mutating func rename() {
        if let id = anyTask() { tasks[id]?.command = "c\(Int.random(in: 0..<commands, using: &random))" }
    }

    /// Lets a thread other than the first execute a program: all others end, and it takes over the id of the process.
    private mutating func executeInThread() {
        guard let thread = tasks.values.filter({ $0.id != $0.process }).map(\.id).min(), let task = tasks[thread],
            let leader = tasks[task.process]
        else { return }
        for other in tasks.values.filter({ $0.process == task.process && $0.id != thread && $0.id != leader.id }) {
            end(other.id)
        }
        end(leader.id, isLast: false)
        tasks[thread] = nil
        var moved = task
        (moved.id, moved.started) = (task.process, leader.started)
        moved.command = "exec"
        tasks[moved.id] = moved
    }

    mutating func end(_ id: UInt32, isLast: Bool? = nil) {
        guard var task = tasks.removeValue(forKey: id) else { return }
        task.age = now - task.started
        let isLast = isLast ?? !tasks.values.contains { $0.process == task.process }
        if random.chance(20) { zombies.append(task) }
        for place in ended.indices { ended[place] += task.counters[place] }
        if isLast { exits += 1 }
        var record = ExitRecord(cpu: 0, pid: id, task: record(task))
        record.tgid = task.process
        record.isLast = isLast
        record.exit = .code(0)
        model.ended(record, at: now)
    }

    private func record(_ task: Task) -> TaskRecord {
        var record = TaskRecord(kind: .task)
        for counter in TaskCounters.all { record.set(counter.field, to: task.counters[counter.index]) }
        record.set(.acEtime, to: now - task.started)
        record.set(.acTgid, to: UInt64(task.process))
        record.set(command: Array(task.command.utf8))
        return record
    }

    /// Takes a sample while tasks end.
    mutating func sample() {
        model.beginSample()
        let begin = now
        let (samples, listed) = query()
        now += 10_000
        // Some end while others are queried, and their records arrive first.
        for id in tasks.keys.sorted() where random.chance(10) { end(id) }
        model.finishSample(samples, listed: listed, during: begin...now)
        zombies.removeAll()
    }

    /// Takes a sample while nothing else happens, and long after the last end.
    mutating func sampleQuietly() {
        now += RecentEnds.microseconds + 100_000
        zombies.removeAll()
        model.beginSample()
        let (samples, listed) = query()
        model.finishSample(samples, listed: listed, during: now...now)
    }

    mutating func endAll() {
        for id in tasks.keys.sorted() { end(id) }
    }

    /// Returns the samples of living tasks and of some that have just ended, and the ids of all.
    private func query() -> ([ExporterModel.LivingTask], Set<UInt32>) {
        let found = tasks.values.sorted { $0.id < $1.id } + zombies.filter { tasks[$0.id] == nil }
        let samples = found.map {
            ExporterModel.LivingTask(id: $0.id, process: $0.process, record: record($0), cgroup: nil)
        }
        return (samples, Set(found.map(\.id)))
    }
}

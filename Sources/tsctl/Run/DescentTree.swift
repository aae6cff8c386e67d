import Taskstats

/// The tree of the processes that descend from one process and have ended, each with details for its purpose.
///
/// An origin names the processes that started this one, nearest first, and not more than
/// ``ProcessOrigin/parentLimit``. So a record alone decides whether its process is a descendant, except below that
/// depth and where parents are unknown; such processes are kept until the tree is assembled.
struct DescentTree<Details> {
    /// A process that ended.
    struct Process {
        let pid: UInt32
        /// The processes that started it, nearest first; where the origin lacks them, the parent at its end.
        let parents: [UInt32]
        /// The parent at its end, which is another one if that ended first; nil if it is unknown.
        let lastParent: UInt32?
        /// The times of its start and its end, in nanoseconds since 1970.
        let start: UInt64
        let end: UInt64
        let details: Details
    }

    /// A process at its place in the tree.
    struct Entry {
        /// The number of its ancestors in the tree.
        let depth: Int
        let process: Process
    }

    /// The process that is not in the tree, above all others; nil for a tree of all processes.
    private let root: UInt32?
    private let unrelated: Set<UInt32>
    private let limit: Int
    private var descendants: [Process] = []
    /// The processes that may be descendants; the oldest are replaced first.
    private var undecided: [Process] = []
    private var undecidedCount = 0
    /// The number of descendants beyond the limit.
    private(set) var omitted: UInt64 = 0

    /// The process at the top of the tree, while it lives: a descendant of the root even where that is unknown.
    var command: UInt32?

    private var undecidedLimit: Int { max(1_024, limit / 16) }
    /// The number of uses of an id that can be those of a parent, because of the error of times.
    private static var possibleUses: Int { 4 }
    /// The maximum error between the start of a process and the times of its parent.
    private static var slackNanoseconds: UInt64 { 250_000_000 }

    /// Creates an empty tree below a process, without those of its children that are older than the tree.
    init(root: UInt32?, unrelated: Set<UInt32> = [], limit: Int) {
        self.root = root
        self.unrelated = unrelated
        self.limit = limit
    }

    /// Adds a process that ended.
    mutating func ended(_ process: Process) {
        guard let root else { return add(process) }
        guard !isUnrelated(process, to: root) else { return }
        if process.parents.contains(root) || process.lastParent == root { return add(process) }
        // The origin of early processes can end with the command, which was started before the daemon observed starts.
        if let command, process.parents.contains(command) { return add(process) }
        // The parents of a process are complete if they include the first process of the machine.
        if process.parents.last == 1 { return }
        if undecided.count < undecidedLimit {
            undecided.append(process)
        } else {
            undecided[undecidedCount % undecidedLimit] = process
        }
        undecidedCount += 1
    }

    private mutating func add(_ process: Process) {
        if descendants.count < limit { descendants.append(process) } else { omitted += 1 }
    }

    /// Returns whether the child of the root from which a process descends, or which it is, is not part of the tree.
    private func isUnrelated(_ process: Process, to root: UInt32) -> Bool {
        let line = [process.pid] + process.parents
        guard let index = line.firstIndex(of: root), index > 0 else { return false }
        return unrelated.contains(line[index - 1])
    }

    /// The descendants in the order in which they started, each before its own.
    var entries: [Entry] {
        let processes = (descendants + undecided).sorted { ($0.start, $0.pid) < ($1.start, $1.pid) }
        var byID: [UInt32: [Int]] = [:]
        for (index, process) in processes.enumerated() { byID[process.pid, default: []].append(index) }
        var children: [Int: [Int]] = [:]
        var open: [(index: Int, depth: Int)] = []
        for (index, process) in processes.enumerated() {
            switch place(of: process, among: processes, byID) {
            case .below(let parent): children[parent, default: []].append(index)
            case .top: open.append((index, 0))
            case .elsewhere: break
            }
        }
        open.reverse()
        var entries: [Entry] = []
        while let (index, depth) = open.popLast() {
            entries.append(Entry(depth: depth, process: processes[index]))
            for child in (children[index] ?? []).reversed() { open.append((child, depth + 1)) }
        }
        return entries
    }

    private enum Place {
        case below(Int)
        case top
        case elsewhere
    }

    /// Returns the place below the nearest parent that has ended; others are still running, or their records are lost.
    private func place(of process: Process, among processes: [Process], _ byID: [UInt32: [Int]]) -> Place {
        for parent in process.parents {
            if parent == root { return .top }
            guard let uses = byID[parent], parent != process.pid else { continue }
            let started = uses.partitionPoint { processes[$0].start > process.start &+ Self.slackNanoseconds }
            // Uses of an id follow each other, so only the last ones can be meant.
            let index = uses[..<started].suffix(Self.possibleUses).last { index in
                process.start <= processes[index].end &+ Self.slackNanoseconds
            }
            if let index { return .below(index) }
        }
        return root == nil || process.lastParent == root ? .top : .elsewhere
    }
}

extension DescentTree.Process {
    /// Creates the process that ended with a task; nil for another task of a process.
    init?(_ record: ExitRecord, details: (ShownExit) -> Details, tick: Duration) {
        guard record.isLast ?? true else { return nil }
        let exit = ShownExit(record: record, scope: .process, tick: tick)
        let age = exit.elapsedNanoseconds ?? 0
        let parent = record.task[.acPpid].map { UInt32(truncatingIfNeeded: $0) }
        self.init(
            pid: record.tgid ?? record.pid,
            parents: record.origin?.parents?.map(\.pid) ?? (parent.map { [$0] } ?? []), lastParent: parent,
            start: record.origin?.startedNanoseconds ?? (record.time > age ? record.time - age : 0), end: record.time,
            details: details(exit))
    }
}

import Netlink
import TaskstatsModel

/// A value with its source.
struct SourcedValue<Value> {
    var value: Value
    var source: ProcessOrigin.Source

    init(_ value: Value, _ source: ProcessOrigin.Source) {
        self.value = value
        self.source = source
    }
}

/// What is known about one process.
struct TrackedProcess {
    /// Values that events change.
    struct Changes: OptionSet {
        let rawValue: UInt8

        static let program = Changes(rawValue: 1)
        static let cgroup = Changes(rawValue: 2)
        static let session = Changes(rawValue: 4)
        static let user = Changes(rawValue: 8)
        static let command = Changes(rawValue: 16)
    }

    /// The use of its process id.
    let generation: UInt64
    /// When what is known was last read or inherited; see ``ProcessTable/epoch``.
    var epoch: UInt32
    /// The number of programs that it has executed.
    private(set) var executions: UInt32 = 0
    /// When it executed the last of them, when its cgroup was read, and when it began a session, in monotonic
    /// nanoseconds; 0 if it did not.
    private var (executedAt, regroupedAt, sessionAt): (UInt64, UInt64, UInt64) = (0, 0, 0)
    /// What events have changed since it executed its program, and the epoch in which they did.
    private var changes: (epoch: UInt32, values: Changes) = (0, [])
    /// When it started, in monotonic nanoseconds.
    var start: SourcedValue<UInt64>?
    var program: SourcedValue<Program>?
    /// From an execution until it is read, at most what was inherited.
    private(set) var cgroup: SourcedValue<SharedCgroup>?
    /// Whether it may have been moved, before an execution, since its cgroup became known.
    private var mayHaveMoved = false
    var session: SourcedValue<UInt32>?
    var lineage: SourcedValue<Lineage>?
    var parent: UInt32?
    /// The effective user and group.
    var uid: UInt32?
    var gid: UInt32?
    var command: ProcessEvent.CommandName?
    /// When it changed its command name, in monotonic nanoseconds; 0 if it did not.
    private var namedAt: UInt64 = 0
    /// Whether its leader has ended.
    var hasEnded = false
    /// Whether the record of its end was read.
    var isConsumed = false
    /// The last use of its id before this one that is not remembered any more.
    var forgottenUse: ForgottenUse?
    /// The parents of its children, made at its first fork since the last change.
    private var childLineage: Lineage?
    /// The origin of its records, built at the first one, and the executable that it was built for.
    var origin: (value: ProcessOrigin, executable: ExecutableFile?)?

    init(generation: UInt64, epoch: UInt32) {
        self.generation = generation
        self.epoch = epoch
    }

    /// Whether nothing is missing that a scan could read.
    var isComplete: Bool { program != nil && cgroup != nil && lineage != nil && session != nil }

    /// Takes over what a child has in common with its parent.
    mutating func inherit(from parent: borrowing TrackedProcess, parents: Lineage?) {
        program = parent.program.map { SourcedValue($0.value, .fork) }
        cgroup = parent.mayHaveMoved ? nil : parent.cgroup.map { SourcedValue($0.value, .fork) }
        session = parent.session.map { SourcedValue($0.value, .fork) }
        lineage = parents.map { SourcedValue($0, .fork) }
        uid = parent.uid
        gid = parent.gid
        command = parent.command
    }

    /// Returns the parents of a child that started at this time; its own name is unknown if it has another one now.
    mutating func parents(pid: UInt32, ofChildStartedAt start: UInt64) -> Lineage? {
        guard namedAt > start else { return parentsOfChildren(pid: pid) }
        return lineage?.value.below(ParentProcess(pid: pid, command: nil, uid: nil))
    }

    /// Returns the parents of its children: itself, and its own parents.
    mutating func parentsOfChildren(pid: UInt32) -> Lineage? {
        if let childLineage { return childLineage }
        guard let lineage else { return nil }
        let new = lineage.value.below(ParentProcess(pid: pid, command: command, uid: uid))
        childLineage = new
        return new
    }

    /// Forgets what an execution replaces.
    mutating func executed(at time: UInt64) {
        executions &+= 1
        executedAt = time
        namedAt = time
        changes.values = []
        hasEnded = false
        mayHaveMoved = true
        change {
            $0.program = nil
            if $0.cgroup?.source != .fork { $0.cgroup = nil }
            $0.command = nil
        }
    }

    /// Names the parent of the children that it has forked since it executed its program, and before that was read.
    func nameParentOfChildren(_ command: ProcessEvent.CommandName) {
        if let own = childLineage?.parents.first, own.command == nil { own.command = command }
    }

    /// Changes values from which others are built.
    mutating func change(_ body: (inout TrackedProcess) -> Void) {
        body(&self)
        childLineage = nil
        origin = nil
    }

    /// Takes a value from an event, which is newer than anything that is being read.
    mutating func take(_ value: Changes, at time: UInt64, in epoch: UInt32, _ body: (inout TrackedProcess) -> Void) {
        if changes.epoch != epoch { changes = (epoch, []) }
        changes.values.insert(value)
        if value == .session { sessionAt = time }
        if value == .command { namedAt = time }
        change(body)
    }

    /// Returns what events have changed since it executed its program, so that a snapshot may be older.
    func changes(in epoch: UInt32) -> Changes { changes.epoch == epoch ? changes.values : [] }

    /// Takes the cgroup that was read; tasks that ended before that may have been in another one.
    mutating func regroup(_ new: SharedCgroup, _ source: ProcessOrigin.Source, readAt time: UInt64) {
        regroupedAt = max(executedAt, time)
        cgroup = SourcedValue(new, source)
        mayHaveMoved = false
    }

    /// Forgets what may have changed after the end of a task.
    mutating func forget(_ changes: Changes) {
        change {
            if changes.contains(.program) { $0.program = nil }
            if changes.contains(.cgroup) { $0.cgroup = nil }
            if changes.contains(.session) { $0.session = nil }
        }
    }

    /// Returns what may have changed after the end of the task that a record is about.
    ///
    /// Records wait. Nothing follows the last one of a process, but others may have ended before an execution.
    func changes(after record: RecordIdentity) -> Changes {
        guard !record.isLast else { return [] }
        var end: UInt64 = 0
        if let start, let age = record.age { end = start.value &+ age }
        // The fork was reported after the start, on a busy machine tens of milliseconds.
        let tolerance: UInt64 = 100_000_000
        let earliest = end - min(end, tolerance)
        var changes: Changes = []
        if executedAt > 0, executedAt >= earliest { changes.insert(.program) }
        if regroupedAt > 0, regroupedAt >= earliest { changes.insert(.cgroup) }
        if sessionAt > 0, sessionAt >= earliest { changes.insert(.session) }
        return changes
    }

    /// Returns whether a snapshot can be of this process and not of another use of its id.
    func agrees(with snapshot: ProcessSnapshot) -> Bool {
        guard let start else { return true }
        // /proc counts in ticks of 10 ms, and the fork was reported a little after the start.
        let tolerance: UInt64 = 50_000_000
        return max(start.value, snapshot.start) - min(start.value, snapshot.start) <= tolerance
    }
}

/// A use of a process id that is not remembered.
struct ForgottenUse {
    /// When the process started; nil if unknown.
    var start: UInt64?
    /// Whether the record of its end was read.
    var isConsumed: Bool
}

/// The program of a process, shared by the children that it forks; only the table counts its holders.
final class Program: @unchecked Sendable {
    let commandLine: ProcessCommandLine
    let candidates: [ExecutableCandidate]
    /// The effective user of the process that executed it; nil if it has changed the user.
    let uid: UInt32?
    /// The number of processes that hold it, which is changed under the lock of the table only.
    var holders = 0

    init(_ commandLine: ProcessCommandLine, candidates: [ExecutableCandidate], uid: UInt32?) {
        self.commandLine = commandLine
        self.candidates = candidates
        self.uid = uid
    }

    /// The estimated memory.
    var memoryBytes: Int {
        160 + commandLine.byteCount
            + candidates.reduce(0) { $0 + $1.path.utf8.count + 64 }
    }
}

/// A control group, shared by its processes.
final class SharedCgroup: Sendable {
    let value: ControlGroup

    init(_ value: ControlGroup) { self.value = value }
}

/// A process as the parent of those that it forked between two changes, shared by all of them.
final class ParentProcess: @unchecked Sendable {
    let pid: UInt32
    /// The command name, unknown until the program is read; changed under the lock of the table only.
    var command: ProcessEvent.CommandName?
    let uid: UInt32?

    init(pid: UInt32, command: ProcessEvent.CommandName?, uid: UInt32?) {
        self.pid = pid
        self.command = command
        self.uid = uid
    }
}

/// The parents of a process, shared by its siblings.
final class Lineage: Sendable {
    let parents: [ParentProcess]

    init(_ parents: [ParentProcess]) { self.parents = parents }

    /// Returns the parents of a child of this process, which has these parents itself.
    func below(_ process: ParentProcess) -> Lineage {
        Lineage([process] + parents.prefix(ProcessOrigin.parentLimit - 1))
    }

    /// Whether the names of all parents are known.
    var isNamed: Bool { parents.allSatisfy { $0.command != nil } }

    var values: [ProcessOrigin.Parent] {
        parents.map { ProcessOrigin.Parent(pid: $0.pid, commandBytes: $0.command?.bytes ?? [], uid: $0.uid) }
    }
}

/// An executable by its device and inode.
package struct ExecutableFile: Hashable, Sendable {
    /// The device of the file system.
    package let device: DeviceNumber
    /// The inode of the file.
    package let inode: UInt64

    /// Creates an identity.
    package init(device: DeviceNumber, inode: UInt64) {
        self.device = device
        self.inode = inode
    }
}

/// A path that may be the executable of a process, and the file that it named when the process executed it.
package struct ExecutableCandidate: Hashable, Sendable {
    /// The path, without symbolic links.
    package let path: String
    /// The file.
    package let file: ExecutableFile

    /// Creates a candidate.
    package init(path: String, file: ExecutableFile) {
        self.path = path
        self.file = file
    }
}

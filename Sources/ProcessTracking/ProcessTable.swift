import Netlink
import TaskstatsModel

/// What is known about the living processes of the machine, and about those that have just ended.
///
/// It is a pure state machine: the events of processes and what was read about them go in, origins of exit records come
/// out. It makes no system call and has no clock. Its rules:
/// - A child has what its parent had when it forked; only its start is its own.
/// - An execution makes the command line unknown until it is read; a read counts only for the execution that caused it.
/// - A process is often moved to its cgroup before it executes its program. So from then until it is read, it has at most
///   the cgroup that it inherited, and its children inherit none.
/// - A process id can be used again at once. Every use is a generation, and a record whose generation is not certain has
///   no origin.
/// - After events were lost, nothing that was known before counts until it is read again.
/// - Its memory is bounded: beyond the limit, further processes and command lines are not remembered.
package struct ProcessTable {
    /// A use of a process id, and how many programs it had executed when it was read.
    package struct Reading: Hashable, Sendable {
        /// The process.
        package let pid: UInt32
        /// The use of its id.
        let generation: UInt64
        /// The number of programs that it has executed.
        let execution: UInt32
        /// When the event happened that causes the reading, in monotonic nanoseconds.
        package let time: UInt64
        /// The CPU on which it happened.
        package let cpu: UInt32
    }

    /// A process that has ended, in the order of the ends.
    private struct End {
        let pid: UInt32
        let generation: UInt64
        let seenAt: UInt64
    }

    var living = ProcessStore()
    /// The last use of an id that is used again.
    var earlier = ProcessStore()
    private var ends = Queue<End>()
    private var generations: UInt64 = 0
    /// Changes when events are lost: what was known in an earlier epoch no longer counts.
    private(set) var epoch: UInt32 = 0
    private var cgroups: [ControlGroup: SharedCgroup] = [:]
    private let memoryLimit: Int
    /// The memory of command lines.
    private var commandBytes = 0
    /// Whether something was not remembered for lack of memory.
    package private(set) var isFull = false

    /// How long an ended process is remembered, in nanoseconds, and the maximum number of these.
    static let retention: UInt64 = 2_000_000_000
    static let endLimit = 16_384

    /// Creates an empty table that takes about this many bytes at most.
    package init(memoryLimit: Int) { self.memoryLimit = memoryLimit }

    /// The number of remembered processes.
    package var count: Int { living.count + earlier.count }

    /// The estimated memory, in bytes.
    package var memoryBytes: Int { count * ProcessStore.processBytes + commandBytes }

    /// Returns whether what is known about a process still counts.
    package func isCurrent(_ pid: UInt32) -> Bool { living[pid]?.epoch == epoch }

    // MARK: Events

    /// Takes an event; returns the reading that it requires.
    package mutating func take(_ event: ProcessEvent, at now: UInt64) -> Reading? {
        switch event.kind {
        case .fork(let parent, let child): forked(parent: parent, child: child, at: event.time)
        case .exec(let pid): return executed(pid, event)
        case .user(let pid, let uid): update(pid, .user, event) { $0.uid = uid }
        case .session(let pid): update(pid, .session, event) { $0.session = SourcedValue(pid, .fork) }
        case .command(let pid, let name):
            // Its children may have been forked before.
            if remember(pid) { update(pid, .command, event) { $0.command = name } }
        case .exit(let pid): ended(pid, at: now)
        case .acknowledgement, .other: break
        }
        return nil
    }

    private mutating func forked(parent: UInt32, child: UInt32, at time: UInt64) {
        if let old = living.removeValue(forKey: child) { keepEarlier(old, child) }
        guard memoryBytes < memoryLimit else {
            isFull = true
            return
        }
        generations += 1
        var process = TrackedProcess(generation: generations, epoch: epoch)
        process.start = SourcedValue(time, .fork)
        process.parent = parent
        if let source = living[parent], source.epoch == epoch {
            process.inherit(from: source, parents: living[parent]?.parentsOfChildren(pid: parent))
        }
        if let program = process.program { hold(program.value) }
        living[child] = process
    }

    private mutating func keepEarlier(_ old: consuming TrackedProcess, _ pid: UInt32) {
        var old = old
        if let forgotten = earlier[pid] {
            if let program = forgotten.program { release(program.value) }
            old.forgottenUse = ForgottenUse(start: forgotten.start?.value, isConsumed: forgotten.isConsumed)
        }
        if !old.hasEnded {
            // Its end was not reported before its id was used again.
            ends.append(End(pid: pid, generation: old.generation, seenAt: ends.last?.seenAt ?? 0))
        }
        earlier[pid] = old
    }

    private mutating func executed(_ pid: UInt32, _ event: ProcessEvent) -> Reading? {
        guard remember(pid) else { return nil }
        if let old = living[pid]?.program?.value { release(old) }
        living[pid]?.executed(at: event.time)
        guard let process = living[pid] else { return nil }
        return Reading(
            pid: pid, generation: process.generation, execution: process.executions, time: event.time, cpu: event.cpu)
    }

    /// Remembers a process that was running before, and has not been read yet; returns false for lack of memory.
    private mutating func remember(_ pid: UInt32) -> Bool {
        guard living[pid] == nil else { return true }
        guard memoryBytes < memoryLimit else {
            isFull = true
            return false
        }
        generations += 1
        living[pid] = TrackedProcess(generation: generations, epoch: epoch)
        return true
    }

    private mutating func update(
        _ pid: UInt32, _ value: TrackedProcess.Changes, _ event: ProcessEvent, _ change: (inout TrackedProcess) -> Void
    ) {
        living[pid]?.take(value, at: event.time, in: epoch, change)
    }

    private mutating func ended(_ pid: UInt32, at now: UInt64) {
        guard let process = living[pid], !process.hasEnded else { return }
        living[pid]?.hasEnded = true
        ends.append(End(pid: pid, generation: process.generation, seenAt: now))
        while ends.count > Self.endLimit { forgetFirstEnd() }
    }

    /// Forgets processes that ended long before `time`, until when all exit records were read.
    ///
    /// The leader of a process can end before its other threads; `isAlive` returns whether the id is still in use.
    package mutating func purge(before time: UInt64, isAlive: (UInt32) -> Bool) {
        while let end = ends.first, end.seenAt + Self.retention <= time {
            if let process = living[end.pid], process.generation == end.generation, !process.isConsumed,
                isAlive(end.pid)
            {
                _ = ends.popFirst()
                ends.append(End(pid: end.pid, generation: end.generation, seenAt: time))
            } else {
                forgetFirstEnd()
            }
        }
    }

    private mutating func forgetFirstEnd() {
        guard let end = ends.popFirst() else { return }
        if living[end.pid]?.generation == end.generation {
            if let program = living.removeValue(forKey: end.pid)?.program { release(program.value) }
        } else if earlier[end.pid]?.generation == end.generation {
            if let program = earlier.removeValue(forKey: end.pid)?.program { release(program.value) }
        }
    }

    /// Notes that events were lost: nothing counts until it is read again.
    package mutating func loseEvents() { epoch &+= 1 }

    // MARK: Readings

    /// Takes what was read about a process after it executed a program; returns whether it counts.
    ///
    /// All events that had happened by the end of the reading must have been taken before.
    package mutating func complete(_ reading: Reading, with snapshot: ProcessSnapshot) -> Bool {
        guard let process = living[reading.pid], process.generation == reading.generation,
            process.executions == reading.execution, process.agrees(with: snapshot),
            // Without the marks of an end, it can be of the next use of the id, whose fork is not reported yet.
            !process.hasEnded || snapshot.isExiting
        else { return false }
        store(snapshot, reading.pid, .exec)
        return true
    }

    /// Takes what was read about a process that was already running, unless events have brought more.
    package mutating func scanned(_ pid: UInt32, _ snapshot: ProcessSnapshot) {
        if let process = living[pid] {
            guard process.agrees(with: snapshot) else { return }
            if process.epoch == epoch, process.isComplete { return }
        } else if !remember(pid) {
            return
        }
        store(snapshot, pid, .scan)
    }

    private mutating func store(_ snapshot: ProcessSnapshot, _ pid: UInt32, _ source: ProcessOrigin.Source) {
        let changes = living[pid]?.changes(in: epoch) ?? []
        let program = snapshot.commandLine.flatMap { commandLine -> Program? in
            guard memoryBytes < memoryLimit else {
                isFull = true
                return nil
            }
            return Program(
                commandLine, candidates: snapshot.candidates, uid: changes.contains(.user) ? nil : snapshot.uid)
        }
        let cgroup = snapshot.cgroup.map { shared($0) }
        if let old = living[pid]?.program?.value { release(old) }
        if let program { hold(program) }
        let start = living[pid]?.start?.value ?? snapshot.start
        // Its parent at its fork can have ended, so that it has another one now.
        let parent = living[pid]?.start?.source == .fork ? living[pid]?.parent ?? snapshot.parent : snapshot.parent
        let parents = source == .scan ? parents(of: parent, childStartedAt: start) : nil
        let epoch = epoch
        // What is left of a process that has ended.
        let remains: ProcessOrigin.Source = snapshot.isExiting ? .exit : source
        if !changes.contains(.command) { living[pid]?.nameParentOfChildren(snapshot.command) }
        living[pid]?.change { process in
            process.program = program.map { SourcedValue($0, source) }
            if let cgroup { process.regroup(cgroup, remains, readAt: snapshot.readAt) }
            if !changes.contains(.session) { process.session = SourcedValue(snapshot.session, remains) }
            if !changes.contains(.user) { process.uid = snapshot.uid }
            process.gid = snapshot.gid
            process.parent = parent
            if !changes.contains(.command) { process.command = snapshot.command }
            if process.start == nil { process.start = SourcedValue(snapshot.start, .scan) }
            if process.lineage == nil || process.epoch != epoch {
                process.lineage = parents.map { SourcedValue($0, .scan) }
            }
            process.epoch = epoch
        }
    }

    /// The parents of a process that was already running, as far as they are known.
    mutating func parents(of parent: UInt32, childStartedAt start: UInt64) -> Lineage? {
        guard parent != 0 else { return Lineage([]) }
        guard isCurrent(parent) else { return nil }
        return living[parent]?.parents(pid: parent, ofChildStartedAt: start)
    }

    /// Paths are shared, because many processes are in the same group.
    private mutating func shared(_ cgroup: ControlGroup) -> SharedCgroup {
        if let known = cgroups[cgroup] { return known }
        let limit = 1_024
        if cgroups.count >= limit { cgroups.removeAll() }
        let new = SharedCgroup(cgroup)
        cgroups[cgroup] = new
        return new
    }

    private mutating func hold(_ program: Program) {
        if program.holders == 0 { commandBytes += program.memoryBytes }
        program.holders += 1
    }

    private mutating func release(_ program: Program) {
        program.holders -= 1
        if program.holders == 0 { commandBytes -= program.memoryBytes }
    }
}

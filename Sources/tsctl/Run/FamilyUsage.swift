import Taskstats

/// The counts of a family of processes, in total and by command name.
///
/// A process chooses its own name, so the number of names is bounded: tasks with further names count only in the total.
struct FamilyUsage: Equatable {
    /// The maximum number of distinct command names.
    static let mostCommands = 64

    /// The counts of all processes.
    private(set) var total = Usage()
    /// The counts by command name.
    private(set) var byCommand: [[UInt8]: Usage] = [:]

    /// Adds the record of a task, on a kernel with this tick.
    mutating func add(_ record: ExitRecord, tick: Duration = CPUTime.longestTick) {
        total.add(record, tick: tick)
        let name = record.task.commandBytes ?? []
        if hasRoom(for: name) { byCommand[name, default: Usage()].add(record, tick: tick) }
    }

    /// Adds the counts of another family.
    mutating func add(_ other: FamilyUsage) {
        total.add(other.total)
        for (name, usage) in other.byCommand where hasRoom(for: name) { byCommand[name, default: Usage()].add(usage) }
    }

    private func hasRoom(for name: [UInt8]) -> Bool { byCommand.count < Self.mostCommands || byCommand[name] != nil }

    /// The commands, sorted by their maximum CPU time.
    var commands: [(name: [UInt8], usage: Usage)] {
        byCommand
            .map { (name: $0.key, usage: $0.value) }
            .sorted { left, right in
                let (ours, theirs) = (left.usage.mostCPUTime, right.usage.mostCPUTime)
                return ours == theirs ? left.name.lexicographicallyPrecedes(right.name) : ours > theirs
            }
    }
}

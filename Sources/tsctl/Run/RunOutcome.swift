import CommandSupport
import Taskstats
import TaskstatsProtocol

/// The result of a command that was run to its end.
struct RunOutcome {
    /// The exit status of the command.
    var status = ExitStatus.code(0)
    /// The elapsed time.
    var elapsedMicroseconds: UInt64 = 0
    /// The counts of the command alone.
    var own = Usage()
    /// The counts of the command and its descendants.
    var family = FamilyUsage()
    /// The counts without commands.
    var all: Usage { family.total }
    /// The command and its descendants that ended, as a tree; nil if the daemon does not know their origin.
    var tree: [ProcessTree.Entry]?
    /// The number of processes that the tree lacks because there are too many.
    var omittedFromTree: UInt64 = 0
    /// Whether the record with which the command ended has arrived.
    var isCommandSeen = false
    /// The number of records lost in the meantime.
    var lost: UInt64 = 0
    /// The descendants that were alive when the command ended; nil if that is unknown.
    var living: Int?
    /// The number of tasks that may have been descendants.
    var unlinked: UInt64 = 0
    /// The error that ended the connection before everything was counted.
    var connectionError: TaskstatsError?
    /// The elapsed time at that error; nil if the command had ended.
    var countedMicroseconds: UInt64?

    /// Whether nothing that this user can see is missing.
    var isComplete: Bool { connectionError == nil && lost == 0 && isCommandSeen }
}

extension ExitStatus {
    /// The status as a shell reports it: the code, or 128 plus the signal.
    var shellStatus: Int32 {
        switch self {
        case .code(let code): Int32(code)
        case .signal(let signal, _): 128 + Int32(signal)
        }
    }
}

extension RunOutcome {
    /// Encodes the report as one line of JSON; `stats` has sums under the kernel's names, for `_max` and `hiwater_`
    /// maxima.
    func json(of command: [String], server: ServerInfo) -> [UInt8] {
        var writer = JSONWriter(capacity: 8_192)
        writer.object { writer in
            writer.field("command", command)
            writer.key("exit")
            writer.value { RecordEncoder.appendExit(status, to: &$0) }
            writer.field("elapsed_us", elapsedMicroseconds)
            writer.field("access", server.access.rawValue)
            if let delayAccounting = server.delayAccounting { writer.field("delay_accounting", delayAccounting) }
            writer.field("complete", isComplete)
            writer.field("lost", lost)
            if let countedMicroseconds { writer.field("counted_until_us", countedMicroseconds) }
            if let living { writer.field("still_running", living) }
            writer.field("of_unknown_parents", unlinked)
            writer.key("all")
            Self.write(all, to: &writer)
            writer.key("own")
            Self.write(own, to: &writer)
            writer.key("commands")
            writer.array { writer in
                for (name, usage) in family.commands {
                    writer.object { writer in
                        writer.commandField(name)
                        Self.writeFields(of: usage, to: &writer)
                    }
                }
            }
            guard let tree else { return }
            writer.key("processes")
            writer.array { writer in
                for entry in tree { writer.object { entry.write(to: &$0) } }
            }
            writer.field("processes_omitted", omittedFromTree)
        }
        return writer.finish().array
    }

    private static func write(_ usage: Usage, to writer: inout JSONWriter) {
        writer.object { writeFields(of: usage, to: &$0) }
    }

    private static func writeFields(of usage: Usage, to writer: inout JSONWriter) {
        writer.field("processes", usage.processes)
        writer.field("tasks", usage.tasks)
        writer.field("failed", usage.failed)
        writer.field("io_withheld", usage.withheld)
        usage.writeCPUTimes(to: &writer)
        usage.omitted.write(to: &writer)
        writer.key("stats")
        writer.value { RecordEncoder.appendStats(usage.stats, fields: .all, to: &$0) }
    }
}

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

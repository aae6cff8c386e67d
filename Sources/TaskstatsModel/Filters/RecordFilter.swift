/// A selection of records, beyond CPUs and scope.
///
/// A record must satisfy every condition that is set. A record whose struct version lacks the field of a condition does
/// not satisfy it.
public struct RecordFilter: Hashable, Sendable {
    /// The required end of a task.
    @nonexhaustive
    public enum Exit: String, Sendable, Hashable, CaseIterable {
        /// With a code other than 0, or by a signal.
        case failed
        /// By a signal.
        case signaled
        /// With code 0.
        case ok
    }

    /// Real user ids, any of which may match.
    public var uids: Set<UInt32>?
    /// Real group ids, any of which may match.
    public var gids: Set<UInt32>?
    /// Parent processes, any of which may match.
    public var ppids: Set<UInt32>?
    /// Patterns for the command name, any of which may match.
    public var commands: [GlobPattern]?
    /// How the task ended.
    public var exit: Exit?
    /// Patterns for the systemd unit, any of which may match.
    public var units: [GlobPattern]?
    /// Patterns for the path of the control group, any of which may match.
    public var cgroups: [GlobPattern]?
    /// Beginnings of container ids, any of which may match.
    public var containers: [String]?
    /// Patterns for the command line, any of which may match; its arguments are separated by blanks.
    public var commandLines: [GlobPattern]?
    /// The minimum elapsed time of the task, in microseconds, as the kernel counts it.
    public var minElapsedMicroseconds: UInt64?
    /// The minimum elapsed time of the task, from its start to its end; a part of a microsecond counts as one.
    public var minElapsed: Duration? {
        get { minElapsedMicroseconds.map { .microseconds(Int64(clamping: $0)) } }
        set { minElapsedMicroseconds = newValue.map { ($0.wholeNanoseconds + 999) / 1_000 } }
    }

    /// Creates a filter with these conditions; without any, every record satisfies it.
    public init(
        uids: Set<UInt32>? = nil, gids: Set<UInt32>? = nil, ppids: Set<UInt32>? = nil, commands: [GlobPattern]? = nil,
        exit: Exit? = nil, minElapsed: Duration? = nil, units: [GlobPattern]? = nil, cgroups: [GlobPattern]? = nil,
        containers: [String]? = nil, commandLines: [GlobPattern]? = nil
    ) {
        self.uids = uids
        self.gids = gids
        self.ppids = ppids
        self.commands = commands
        self.exit = exit
        self.minElapsed = minElapsed
        self.units = units
        self.cgroups = cgroups
        self.containers = containers
        self.commandLines = commandLines
    }

    /// Whether every record satisfies it.
    public var isEmpty: Bool { self == RecordFilter() }

    /// Whether a condition concerns the origin of a process.
    public var requiresOrigin: Bool { units != nil || cgroups != nil || containers != nil || commandLines != nil }

    /// Returns the number of bytes to compare with patterns, counted once for each pattern.
    package func originPatternBytes(_ origin: ProcessOrigin?) -> Int {
        guard let origin else { return 0 }
        let arguments = origin.commandLine?.byteCount ?? 0
        let path = origin.cgroup?.pathBytes.count ?? 0
        return (commandLines?.count ?? 0) * arguments + ((units?.count ?? 0) + (cgroups?.count ?? 0)) * path
            + (containers == nil ? 0 : path)
    }

    /// Returns whether an origin satisfies every condition that concerns it; one that lacks the value does not.
    public func matches(_ origin: ProcessOrigin?) -> Bool {
        if let units, !Self.matches(units, origin?.unit.map { Array($0.utf8) }) { return false }
        if let cgroups, !Self.matches(cgroups, origin?.cgroup?.pathBytes) { return false }
        if let commandLines, !Self.matches(commandLines, origin?.commandLine?.textBytes) { return false }
        if let containers {
            guard let id = origin?.container?.id, containers.contains(where: id.hasPrefix) else { return false }
        }
        return true
    }

    /// Returns whether the start of a program satisfies every condition; none that concerns the end can be satisfied.
    public func matches(_ start: ProcessStart) -> Bool {
        if exit != nil || minElapsedMicroseconds != nil { return false }
        if let uids, !Self.matches(uids, start.uid.map(UInt64.init)) { return false }
        if let gids, !Self.matches(gids, start.gid.map(UInt64.init)) { return false }
        if let ppids, !Self.matches(ppids, start.ppid.map(UInt64.init)) { return false }
        if let commands, !Self.matches(commands, start.commandBytes) { return false }
        return matches(start.origin)
    }

    /// Returns whether the record of a task satisfies every condition that does not concern the origin.
    public func matches(_ record: borrowing TaskRecord) -> Bool {
        if let uids, !Self.matches(uids, record[.acUid]) { return false }
        if let gids, !Self.matches(gids, record[.acGid]) { return false }
        if let ppids, !Self.matches(ppids, record[.acPpid]) { return false }
        if let minElapsedMicroseconds {
            guard let elapsed = record[.acEtime], elapsed >= minElapsedMicroseconds else { return false }
        }
        if let exit {
            guard let status = record.exitStatus, exit.matches(status) else { return false }
        }
        if let commands, !Self.matches(commands, record.commandBytes) { return false }
        return true
    }

    private static func matches(_ patterns: [GlobPattern], _ text: [UInt8]?) -> Bool {
        text.map { text in patterns.contains { $0.matches(text) } } ?? false
    }

    private static func matches(_ wanted: Set<UInt32>, _ value: UInt64?) -> Bool {
        value.flatMap(UInt32.init(exactly:)).map(wanted.contains) ?? false
    }
}

extension RecordFilter.Exit {
    /// Returns whether this exit status satisfies the condition.
    package func matches(_ status: ExitStatus) -> Bool {
        switch (self, status) {
        case (.ok, _): status.isSuccess
        case (.failed, _): !status.isSuccess
        case (.signaled, .signal): true
        case (.signaled, .code): false
        }
    }
}

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
        exit: Exit? = nil, minElapsed: Duration? = nil
    ) {
        self.uids = uids
        self.gids = gids
        self.ppids = ppids
        self.commands = commands
        self.exit = exit
        self.minElapsed = minElapsed
    }

    /// Whether every record satisfies it.
    public var isEmpty: Bool { self == RecordFilter() }

    /// Returns whether the record of a task satisfies every condition.
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
        if let commands {
            guard let name = record.commandBytes, commands.contains(where: { $0.matches(name) }) else { return false }
        }
        return true
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

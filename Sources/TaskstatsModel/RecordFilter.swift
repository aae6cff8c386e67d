/// Which records a client wants, beyond CPUs and scope.
///
/// A record must satisfy every condition that is set. One whose struct version lacks the member that a condition asks
/// about does not satisfy it.
public struct RecordFilter: Hashable, Sendable {
    /// How a task must have ended.
    public enum Exit: String, Sendable, Hashable, CaseIterable {
        /// With a code other than 0, or by a signal.
        case failed
        /// By a signal.
        case signaled
        /// With code 0.
        case ok
    }

    /// Real user ids, any of which may match.
    public var uids: [UInt32]?
    /// Real group ids, any of which may match.
    public var gids: [UInt32]?
    /// Parents, any of which may match.
    public var ppids: [UInt32]?
    /// A pattern for the command name.
    public var command: GlobPattern?
    /// How the task ended.
    public var exit: Exit?
    /// The least age of the task, in microseconds.
    public var minElapsedMicroseconds: UInt64?

    /// A filter that every record satisfies.
    public init() {}

    /// Whether every record satisfies it.
    public var isEmpty: Bool { self == RecordFilter() }

    /// Whether the record of a task satisfies every condition.
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
        if let command {
            guard let name = record.commandBytes, command.matches(name) else { return false }
        }
        return true
    }

    private static func matches(_ wanted: [UInt32], _ value: UInt64?) -> Bool {
        value.map { value in wanted.contains { UInt64($0) == value } } ?? false
    }
}

extension RecordFilter.Exit {
    /// Whether a task that ended so is meant.
    package func matches(_ status: ExitStatus) -> Bool {
        switch (self, status) {
        case (.ok, _): status.isSuccess
        case (.failed, _): !status.isSuccess
        case (.signaled, .signal): true
        case (.signaled, .code): false
        }
    }
}

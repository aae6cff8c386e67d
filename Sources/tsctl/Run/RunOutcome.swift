import Taskstats

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

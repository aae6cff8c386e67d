import TaskstatsClient

/// What is known of a command that was run to its end.
struct RunOutcome {
    /// How the command ended.
    var status = ExitStatus.code(0)
    /// How long it took.
    var elapsedMicroseconds: UInt64 = 0
    /// What was counted for the command alone.
    var own = Usage()
    /// What was counted for it and its descendants.
    var all = Usage()
    /// Whether the record came with which the command ended.
    var isCommandSeen = false
    /// Records that were lost meanwhile.
    var lost: UInt64 = 0
    /// Descendants that still lived when the command ended; nil where that cannot be told.
    var living: Int?
    /// Tasks that may have been descendants.
    var unlinked: UInt64 = 0
    /// What cut the connection while the command ran.
    var trouble: TaskstatsError?

    /// Whether nothing that this user may see is missing.
    var isComplete: Bool { trouble == nil && lost == 0 && isCommandSeen }
}

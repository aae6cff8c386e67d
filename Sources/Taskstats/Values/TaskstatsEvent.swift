import TaskstatsModel

/// An event of a subscription, in the order of occurrence.
@nonexhaustive
public enum TaskstatsEvent: Sendable, Equatable {
    /// A task ended.
    case exit(ExitRecord)
    /// A process executed a program; only if the subscription requests starts.
    case start(ProcessStart)
    /// Records are missing at this point.
    case lost(LostRecords)
    /// Everything that the daemon kept up to this index was delivered; only for a subscription with
    /// ``Subscription/since``, and once.
    case live(index: UInt64)
    /// The daemon closes the connection; this is the last event.
    case closing(reason: String)
}

/// The point in the history of a daemon at which a subscription starts.
@nonexhaustive
public enum HistoryStart: Hashable, Sendable {
    /// The first record at or after this time, in nanoseconds since 1970.
    case time(UInt64)
    /// The first record that is not older than this.
    case ago(Duration)
    /// The record after this one; of another instance, the first one that is kept.
    case after(instance: String, index: UInt64)
}

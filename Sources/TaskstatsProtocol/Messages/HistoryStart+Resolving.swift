import TaskstatsModel

/// The point at which a subscription with `since` starts in the history of a daemon.
package enum ResolvedStart {
    /// After this index.
    case after(UInt64)
    /// At this time, in nanoseconds since 1970.
    case time(UInt64)
    /// With the oldest record that is kept; this number of records are missing before it, nil if that is unknown.
    case oldest(missing: UInt64?)
}

extension HistoryStart {
    /// Returns the point that a daemon serves; throws its refusal if there can be none.
    ///
    /// `indexBefore` is the index before that of the oldest record that the daemon keeps, and `now` the present in
    /// nanoseconds since 1970.
    package func resolved(
        instance: String, indexBefore: UInt64, lastIndex: UInt64, now: UInt64
    ) throws(ProtocolError) -> ResolvedStart {
        switch self {
        case .after(instance, let index):
            guard index <= lastIndex else {
                throw .invalidParams("since.index", "is greater than that of the last record, which is \(lastIndex)")
            }
            return index < indexBefore ? .oldest(missing: indexBefore - index) : .after(index)
        case .after: return .oldest(missing: nil)
        case .time(let time):
            guard time <= now else { throw .invalidParams("since", "is in the future") }
            return .time(time)
        case .ago(let duration): return .time(now - min(duration.wholeNanoseconds, now))
        }
    }
}

/// Decides which failures of a CPU's socket are logged: the first one, then one a minute while they persist.
///
/// A failed call is repeated after a millisecond, and an error can persist for hours.
struct FailureLog {
    static let reportInterval: UInt64 = 60_000_000_000

    private var nextReportAt: UInt64 = 0
    private var unreported: UInt64 = 0

    /// Counts a failure; returns the number of failures since the last report if a report is due.
    mutating func failed(at now: UInt64) -> UInt64? {
        unreported += 1
        guard now >= nextReportAt else { return nil }
        nextReportAt = now + Self.reportInterval
        defer { unreported = 0 }
        return unreported
    }
}

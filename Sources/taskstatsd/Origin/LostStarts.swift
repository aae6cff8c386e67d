/// The starts that the kernel dropped: the difference between its number of executions and those received.
///
/// The kernel counts an execution a moment before or after it reports it. So a difference counts only as far as it has
/// lasted for some time.
struct LostStarts {
    /// The number of received executions.
    var received: UInt64 = 0
    private var reported: UInt64 = 0
    /// The smallest difference since a time.
    private var difference: (count: UInt64, since: UInt64)?

    /// How long a difference must last, in nanoseconds.
    static let settling: UInt64 = 50_000_000

    /// Whether a difference is being observed, so that the count must be compared again.
    var isSettling: Bool { difference != nil }

    /// Treats what is missing now as reported.
    mutating func ignore(counted: UInt64) {
        let known = received + reported
        if counted > known { reported += counted - known }
        difference = nil
    }

    /// Compares with the kernel's count, and returns the number of lost starts that were not reported yet.
    mutating func take(counted: UInt64, at now: UInt64) -> UInt64 {
        let known = received + reported
        guard counted > known else {
            difference = nil
            return 0
        }
        let since = difference?.since ?? now
        let count = min(difference?.count ?? .max, counted - known)
        guard now >= since + Self.settling else {
            difference = (count, since)
            return 0
        }
        difference = nil
        reported += count
        return count
    }
}

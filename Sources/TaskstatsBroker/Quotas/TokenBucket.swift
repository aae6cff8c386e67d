/// A rate limit with bursts of up to one second's worth of tokens.
///
/// It stores only the time at which it will be full again, so it needs no refilling. It starts full. Times are
/// nanoseconds of a monotonic clock.
struct TokenBucket {
    private let perSecond: Int
    private let tokenNanoseconds: UInt64
    private var fullAt: UInt64 = 0

    private static let nanosecondsPerSecond: UInt64 = 1_000_000_000

    /// Creates a full bucket, from 1 to 1,000,000,000 tokens per second.
    init(perSecond: Int) {
        self.perSecond = perSecond
        tokenNanoseconds = Self.nanosecondsPerSecond / UInt64(perSecond)
    }

    /// Returns whether there is a token.
    func hasToken(at now: UInt64) -> Bool { missing(at: now) <= tokenNanoseconds * UInt64(perSecond - 1) }

    /// Takes a token if there is one.
    mutating func take(at now: UInt64) -> Bool {
        guard hasToken(at: now) else { return false }
        fullAt = max(fullAt, now) + tokenNanoseconds
        return true
    }

    /// Returns whether the bucket is full.
    func isFull(at now: UInt64) -> Bool { fullAt <= now }

    /// Returns the number of tokens taken and not yet replaced.
    func used(at now: UInt64) -> Int { Int((missing(at: now) + tokenNanoseconds - 1) / tokenNanoseconds) }

    private func missing(at now: UInt64) -> UInt64 { fullAt > now ? fullAt - now : 0 }
}

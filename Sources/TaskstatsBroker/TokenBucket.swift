/// A rate that may be exceeded for a moment: so many tokens a second, of which as many as one second brings can be saved.
///
/// It holds nothing but the moment at which it will be full again, so that nobody has to fill it. It starts full. Times
/// are nanoseconds of a clock that only goes forward.
struct TokenBucket {
    private let perSecond: Int
    private let tokenNanoseconds: UInt64
    private var fullAt: UInt64 = 0

    private static let nanosecondsPerSecond: UInt64 = 1_000_000_000

    /// A full bucket, from 1 to 1,000,000,000 tokens a second.
    init(perSecond: Int) {
        self.perSecond = perSecond
        tokenNanoseconds = Self.nanosecondsPerSecond / UInt64(perSecond)
    }

    /// Whether there is a token.
    func hasToken(at now: UInt64) -> Bool { missing(at: now) <= tokenNanoseconds * UInt64(perSecond - 1) }

    /// Takes a token if there is one.
    mutating func take(at now: UInt64) -> Bool {
        guard hasToken(at: now) else { return false }
        fullAt = max(fullAt, now) + tokenNanoseconds
        return true
    }

    /// Whether it is as good as a new one.
    func isFull(at now: UInt64) -> Bool { fullAt <= now }

    /// The tokens that were taken and have not come back.
    func used(at now: UInt64) -> Int { Int((missing(at: now) + tokenNanoseconds - 1) / tokenNanoseconds) }

    private func missing(at now: UInt64) -> UInt64 { fullAt > now ? fullAt - now : 0 }
}

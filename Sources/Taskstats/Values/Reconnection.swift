/// A policy for reconnecting to a daemon that went away.
///
/// Each attempt follows a pause, which doubles from one attempt to the next up to a maximum, and resets once the daemon
/// has answered. Attempts continue while the daemon is absent or not ready. An error that another attempt would not
/// change, such as an incompatible protocol, is thrown immediately. Cancellation ends a pause immediately.
public struct Reconnection: Hashable, Sendable {
    /// The number of consecutive attempts before the last error is thrown; nil for no limit.
    public var attempts: Int?
    /// The pause before the first attempt.
    public var firstDelay: Duration
    /// The longest pause.
    public var longestDelay: Duration

    /// Creates a policy with this number of attempts and these pauses.
    public init(
        attempts: Int?, firstDelay: Duration = .milliseconds(100), longestDelay: Duration = .seconds(5)
    ) {
        self.attempts = attempts
        self.firstDelay = firstDelay
        self.longestDelay = longestDelay
    }

    /// Never reconnects: the loss of the daemon is thrown as an error.
    public static let never = Reconnection(attempts: 0)

    /// Reconnects until the daemon is back, with pauses from 100 ms to 5 s.
    public static let always = Reconnection(attempts: nil)

    /// Returns the pause before an attempt, counted from 1; nil if the attempt must not be made.
    public func delay(beforeAttempt number: Int) -> Duration? {
        if let attempts, number > attempts { return nil }
        let doublings = min(max(number - 1, 0), 30)
        return min(firstDelay * (1 << doublings), longestDelay)
    }

    /// Returns the pause before an attempt after this error; nil if the error must be thrown.
    package func delay(beforeAttempt number: Int, after error: TaskstatsError) -> Duration? {
        error.mayPass ? delay(beforeAttempt: number) : nil
    }
}

/// Whether, and how patiently, to come back to a daemon that went away.
///
/// Before each attempt there is a pause, which doubles from one attempt to the next up to a longest one and begins anew
/// once the daemon has answered. Attempts are made while the daemon is not there, or not ready; an error that another
/// attempt would not change, like a daemon of another protocol, is thrown at once. Cancelling ends a pause at once too.
public struct Reconnection: Hashable, Sendable {
    /// The attempts in a row after which to give up and throw why the last one failed; nil for no end.
    public var attempts: Int?
    /// The pause before the first attempt.
    public var firstDelay: Duration
    /// The longest pause.
    public var longestDelay: Duration

    /// So many attempts in a row, with pauses like these.
    public init(
        attempts: Int?, firstDelay: Duration = .milliseconds(100), longestDelay: Duration = .seconds(5)
    ) {
        self.attempts = attempts
        self.firstDelay = firstDelay
        self.longestDelay = longestDelay
    }

    /// Not at all: that the daemon is gone is thrown as an error.
    public static let never = Reconnection(attempts: 0)

    /// Until the daemon is back, pausing for 100 ms at first and for 5 s at most.
    public static let always = Reconnection(attempts: nil)

    /// The pause before an attempt, counted from 1; nil when it is not to be made.
    public func delay(beforeAttempt number: Int) -> Duration? {
        if let attempts, number > attempts { return nil }
        let doublings = min(max(number - 1, 0), 30)
        return min(firstDelay * (1 << doublings), longestDelay)
    }

    /// The pause before an attempt after this failure; nil when it is to be thrown.
    func delay(beforeAttempt number: Int, after error: TaskstatsError) -> Duration? {
        error.mayPass ? delay(beforeAttempt: number) : nil
    }
}

/// What came of an order to top's thread, or happened without one.
struct TopNews: Sendable {
    /// What was looked at.
    var subject: TopModel.Subject
    /// Whether an order was carried out with it.
    var endsOrder = false
    /// The interval that a look closed, and the machine in it.
    var interval: TopInterval?
    var system = SystemFigures()
    /// Whether delays are counted; nil when that is not known.
    var delayAccounting: Bool?
    /// Whether the daemon is there again after it was not.
    var isDaemonBack = false
    /// Why there is no connection.
    var trouble: String?
    /// Why it cannot go on at all.
    var failure: Failure?
}

import TaskstatsModel

/// The delivery of the history to one client, until it is where the live stream is.
///
/// Meanwhile the client is not among the subscribers: what ends now is added to the history, which the client reaches
/// later. So nothing is missing or doubled, and a client that reads slowly takes no more memory than its queue.
final class Replay {
    /// The subscription, of this client alone.
    let group: SubscriptionGroup
    var position: History.Position
    /// The index up to which everything was delivered or reported.
    var index: UInt64
    /// Whether it is among those that can go on.
    var isWaiting = false
    /// Proves that the sums of a process are the client's, as for the live stream.
    var threads = ThreadSums()

    init(_ group: SubscriptionGroup, from position: History.Position, after index: UInt64) {
        self.group = group
        self.position = position
        self.index = index
    }
}

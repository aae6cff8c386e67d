import TaskstatsModel
import TaskstatsProtocol

/// The identifier of a connection, unique for the life of the daemon.
package struct ClientID: Hashable, Sendable, CustomStringConvertible {
    /// The number of the connection, which counts up.
    package let number: UInt64

    /// Creates the identifier of a connection.
    package init(number: UInt64) { self.number = number }

    /// The text "client" with the number: "client 7".
    package var description: String { "client \(number)" }
}

/// One connection: its access, its subscription, and its queued lines.
///
/// A record that does not fit is counted here, and reported before the next line that does.
final class Client {
    let id: ClientID
    let access: AccessPolicy.Access
    let quota: UserQuota
    let outbox = Outbox()
    /// Its subscription; owned by the route table.
    unowned var subscription: SubscriptionGroup?
    /// The delivery of the history before its subscription begins.
    var replay: Replay?
    var overflow = Subscription.Overflow.drop
    var badLinesInARow = 0
    /// Whether the client is closing: nothing more is read or routed, and the connection ends when the outbox is empty.
    var isClosing = false
    /// Whether it is in the broker's list of clients with data to send.
    var isDirty = false
    var counters = DaemonStatus.Connection()
    private(set) var unreported = UnreportedLosses()

    init(id: ClientID, access: AccessPolicy.Access, quota: UserQuota) {
        self.id = id
        self.access = access
        self.quota = quota
    }

    /// The key of the subscription, or of the one that begins after the replay.
    var subscriptionKey: SubscriptionGroup.Key? { subscription?.key ?? replay?.group.key }

    func recordLoss(_ loss: LostRecords, after index: UInt64) { unreported.add(loss, after: index) }

    func takeUnreported() -> [LostRecords] {
        defer { unreported = UnreportedLosses() }
        return unreported.losses
    }
}

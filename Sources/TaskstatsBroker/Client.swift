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

/// Losses that have not been reported, all in the same gap.
struct UnreportedLosses {
    private var queue: UInt64 = 0
    private var kernel: [Int: UInt64] = [:]
    private var starts: UInt64 = 0
    /// The index up to which every record is delivered before the gap, and after it.
    private(set) var indices: (before: UInt64, after: UInt64) = (0, 0)

    var isEmpty: Bool { queue == 0 && kernel.isEmpty && starts == 0 }

    /// The number of lines required to report them.
    var count: Int { kernel.count + (queue > 0 ? 1 : 0) + (starts > 0 ? 1 : 0) }

    /// Adds a loss of records with these indices, whose last one is that of the loss.
    mutating func add(_ loss: LostRecords, after before: UInt64) {
        if isEmpty { indices.before = before }
        indices.after = max(indices.after, loss.index ?? 0)
        let count = loss.count ?? 0
        switch loss.place {
        case .queue: queue += count
        case .kernel(let cpu): kernel[cpu, default: 0] += count
        case .starts: starts += count
        case .history: break
        }
    }

    /// The losses; only with the last one, everything in the gap is reported.
    var losses: [LostRecords] {
        var losses = kernel.sorted { $0.key < $1.key }.map { LostRecords(.kernel(cpu: $0.key), count: $0.value) }
        if starts > 0 { losses.append(LostRecords(.starts, count: starts)) }
        if queue > 0 { losses.append(LostRecords(.queue, count: queue)) }
        for number in losses.indices {
            losses[number].index = number == losses.indices.last ? indices.after : indices.before
        }
        return losses
    }
}

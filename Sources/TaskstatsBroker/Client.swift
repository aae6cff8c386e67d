import TaskstatsModel
import TaskstatsProtocol

/// What identifies a connection for as long as the daemon lives.
package struct ClientID: Hashable, Sendable, CustomStringConvertible {
    /// Counts the connections.
    package let number: UInt64

    /// The connection of this number.
    package init(number: UInt64) { self.number = number }

    /// The word and the number: "client 7".
    package var description: String { "client \(number)" }
}

/// One connection: who it is, what it subscribed to, and what waits for it.
///
/// A record that does not fit is counted here, and told before the next line that does.
final class Client {
    let id: ClientID
    let access: AccessPolicy.Access
    let account: Account
    let outbox = Outbox()
    /// The one that it has subscribed to; the routes own it.
    unowned var interest: Interest?
    var overflow = SubscribeParameters.Overflow.drop
    var badLinesInARow = 0
    /// Nothing more is read or routed; the connection ends when the outbox is empty.
    var isClosing = false
    /// It stands in the broker's list of clients with something to send.
    var isDirty = false
    var counters = Status.Connection()
    private(set) var untold = UntoldLosses()

    init(id: ClientID, access: AccessPolicy.Access, account: Account) {
        self.id = id
        self.access = access
        self.account = account
    }

    func lose(_ loss: Loss) { untold.add(loss) }

    func takeUntold() -> [Loss] {
        defer { untold = UntoldLosses() }
        return untold.losses
    }
}

/// Losses that a client could not be told so far.
struct UntoldLosses {
    private var queue: UInt64 = 0
    private var kernel: [Int: UInt64] = [:]

    var isEmpty: Bool { queue == 0 && kernel.isEmpty }

    /// How many lines it takes to tell them.
    var count: Int { kernel.count + (queue > 0 ? 1 : 0) }

    mutating func add(_ loss: Loss) {
        switch loss.place {
        case .queue: queue += loss.count
        case .kernel(let cpu): kernel[cpu, default: 0] += loss.count
        }
    }

    var losses: [Loss] {
        kernel.sorted { $0.key < $1.key }.map { Loss(.kernel(cpu: $0.key), count: $0.value) }
            + (queue > 0 ? [Loss(.queue, count: queue)] : [])
    }
}

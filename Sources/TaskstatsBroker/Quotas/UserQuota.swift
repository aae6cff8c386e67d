/// The party charged for a client's use.
///
/// Clients that see everything have been granted that by an administrator. They are separate, so that the limits of
/// other clients leave them room, and no user can exhaust the quota of root by appearing as root from a user namespace.
package struct Principal: Hashable, Sendable {
    /// Whether its clients see everything.
    package let isPrivileged: Bool
    /// The user; for clients in a user namespace its owner, if known.
    package let uid: UInt32

    /// Creates a principal.
    package init(isPrivileged: Bool, uid: UInt32) {
        self.isPrivileged = isPrivileged
        self.uid = uid
    }
}

/// The resources held by all clients of one principal, released by the charging party, and the recent rates of their
/// connections and requests.
final class UserQuota {
    let principal: Principal
    /// The connections of the principal.
    private(set) var connections = 0
    /// The bytes queued for its clients, each client's counted in full.
    private(set) var queuedBytes = 0
    /// The memory of bytes queued for its clients; bytes shared by several clients count once.
    private(set) var memoryBytes = 0
    /// Further connections that are allowed.
    var newConnections: TokenBucket
    /// Further requests that are answered.
    var requests: TokenBucket
    /// Further requests that are refused with an answer; when these are used up too, nothing is read.
    var refusals: TokenBucket
    /// The remaining routing cost in this iteration.
    var routing = RoutingBudget()

    init(_ principal: Principal, limits: BrokerLimits) {
        self.principal = principal
        newConnections = TokenBucket(perSecond: limits.connectionsPerSecond)
        requests = TokenBucket(perSecond: limits.requestsPerSecond)
        refusals = TokenBucket(perSecond: limits.requestsPerSecond)
    }

    func openConnection() { connections += 1 }
    func closeConnection() { connections -= 1 }
    func charge(_ bytes: Int) { queuedBytes += bytes }
    func release(_ bytes: Int) { queuedBytes -= bytes }
    func chargeMemory(_ bytes: Int) { memoryBytes += bytes }
    func releaseMemory(_ bytes: Int) { memoryBytes -= bytes }

    /// Returns whether the quota equals a new one.
    func isAsNew(at now: UInt64) -> Bool {
        connections == 0 && queuedBytes == 0 && memoryBytes == 0 && newConnections.isFull(at: now)
            && requests.isFull(at: now) && refusals.isFull(at: now)
    }
}

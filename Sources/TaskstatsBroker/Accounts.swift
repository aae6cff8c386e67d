/// What the clients of one uid hold together, released by whoever charged it, and how often they came and asked of late.
final class Account {
    let uid: UInt32
    /// Connections of the uid.
    fileprivate(set) var connections = 0
    /// Bytes that wait for its clients.
    fileprivate(set) var unsentBytes = 0
    /// Connections that it may still make.
    var newConnections: TokenBucket
    /// Requests that are answered.
    var requests: TokenBucket
    /// Requests beyond those that are at least refused; when these are used up too, nothing is read.
    var refusals: TokenBucket

    fileprivate init(uid: UInt32, limits: BrokerLimits) {
        self.uid = uid
        newConnections = TokenBucket(perSecond: limits.connectionsPerSecond)
        requests = TokenBucket(perSecond: limits.requestsPerSecond)
        refusals = TokenBucket(perSecond: limits.requestsPerSecond)
    }

    /// Whether nothing would be different if it were made anew.
    fileprivate func isAsNew(at now: UInt64) -> Bool {
        connections == 0 && unsentBytes == 0 && newConnections.isFull(at: now) && requests.isFull(at: now)
            && refusals.isFull(at: now)
    }
}

/// The accounts of all uids, and their sum.
///
/// An account outlives the last connection of its uid until its buckets are full again, or coming back would fill them.
/// Nobody waits for that moment: when somebody connects those are forgotten whose time has come, at most once a second.
final class Accounts {
    private let limits: BrokerLimits
    private var accounts: [UInt32: Account] = [:]
    private var tidiedAt: UInt64 = 0
    /// Connections of all uids.
    private(set) var connections = 0
    /// Bytes that wait, of all uids.
    private(set) var unsentBytes = 0
    private var highWaterBefore = 0
    private var mostSinceTaken = 0

    init(_ limits: BrokerLimits) { self.limits = limits }

    /// The account of a uid, a new one when there is none.
    func account(of uid: UInt32, at now: UInt64) -> Account {
        let nanosecondsPerSecond: UInt64 = 1_000_000_000
        if now >= tidiedAt + nanosecondsPerSecond { forgetUnused(at: now) }
        if let account = accounts[uid] { return account }
        let account = Account(uid: uid, limits: limits)
        accounts[uid] = account
        return account
    }

    /// Charges a connection.
    func open(_ account: Account) {
        account.connections += 1
        connections += 1
    }

    /// Releases a connection.
    func close(_ account: Account) {
        account.connections -= 1
        connections -= 1
    }

    /// Charges bytes that wait.
    func charge(_ bytes: Int, to account: Account) {
        account.unsentBytes += bytes
        unsentBytes += bytes
        mostSinceTaken = max(mostSinceTaken, unsentBytes)
    }

    /// Releases bytes that were sent or given up.
    func release(_ bytes: Int, from account: Account) {
        account.unsentBytes -= bytes
        unsentBytes -= bytes
    }

    /// The most that ever waited.
    var highWater: Int { max(highWaterBefore, mostSinceTaken) }

    /// The most that waited since this was last asked.
    func takeMost() -> Int {
        defer { (highWaterBefore, mostSinceTaken) = (highWater, unsentBytes) }
        return mostSinceTaken
    }

    /// How many there are.
    var count: Int { accounts.count }

    /// Whether every charge has been released, and every account forgotten.
    var areEmpty: Bool { accounts.isEmpty && connections == 0 && unsentBytes == 0 }

    /// Forgets accounts that hold nothing.
    func forgetUnused(at now: UInt64) {
        tidiedAt = now
        accounts = accounts.filter { !$0.value.isAsNew(at: now) }
    }
}

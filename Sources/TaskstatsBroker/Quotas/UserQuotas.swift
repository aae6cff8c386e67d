/// The quotas of all principals and their sums: the only place where connections and queued bytes are charged and
/// released.
///
/// A quota outlives the last connection of its principal until its token buckets are full again; otherwise reconnecting
/// would refill them. Expired quotas are purged when a client connects, at most once a second.
final class UserQuotas {
    private let limits: BrokerLimits
    private var quotas: [Principal: UserQuota] = [:]
    private var purgedAt: UInt64 = 0
    /// The connections of all principals.
    private(set) var connections = 0
    /// The connections of ordinary principals.
    private(set) var ordinaryConnections = 0
    /// The memory of bytes queued for all principals.
    private(set) var memoryBytes = 0
    /// The memory of bytes queued for ordinary principals.
    private var ordinaryMemoryBytes = 0
    private var memoryPeak = 0
    /// The bytes in the queues of all clients, each client's counted in full.
    private(set) var queuedBytes = 0
    /// The peak of queued bytes.
    private(set) var highWater = 0
    /// The quota charged for lines that every client with access to everything may receive.
    let privileged: UserQuota

    init(_ limits: BrokerLimits) {
        self.limits = limits
        privileged = UserQuota(Principal(isPrivileged: true, uid: .max), limits: limits)
    }

    /// Returns the quota of a principal, and creates it if there is none.
    func quota(of principal: Principal, at now: UInt64) -> UserQuota {
        let nanosecondsPerSecond: UInt64 = 1_000_000_000
        if now >= purgedAt + nanosecondsPerSecond { purge(at: now) }
        if let quota = quotas[principal] { return quota }
        let quota = UserQuota(principal, limits: limits)
        quotas[principal] = quota
        return quota
    }

    /// Charges a connection.
    func open(_ quota: UserQuota) {
        quota.openConnection()
        connections += 1
        if !quota.principal.isPrivileged { ordinaryConnections += 1 }
    }

    /// Releases a connection.
    func close(_ quota: UserQuota) {
        quota.closeConnection()
        connections -= 1
        if !quota.principal.isPrivileged { ordinaryConnections -= 1 }
    }

    /// Charges bytes in a client's queue.
    func charge(_ bytes: Int, to quota: UserQuota) {
        quota.charge(bytes)
        queuedBytes += bytes
        highWater = max(highWater, queuedBytes)
    }

    /// Releases bytes that were sent or discarded.
    func release(_ bytes: Int, from quota: UserQuota) {
        quota.release(bytes)
        queuedBytes -= bytes
    }

    /// Returns the memory of bytes queued for clients that see everything, or for all others.
    func memoryBytes(ofPrivileged isPrivileged: Bool) -> Int {
        isPrivileged ? memoryBytes - ordinaryMemoryBytes : ordinaryMemoryBytes
    }

    /// Returns whether there is memory for this many more bytes.
    func hasMemory(for bytes: Int, of quota: UserQuota) -> Bool {
        let isPrivileged = quota.principal.isPrivileged
        return memoryBytes(ofPrivileged: isPrivileged) + bytes <= limits.queueBytes(ofPrivileged: isPrivileged)
    }

    /// Charges memory.
    func chargeMemory(_ bytes: Int, to quota: UserQuota) {
        quota.chargeMemory(bytes)
        memoryBytes += bytes
        if !quota.principal.isPrivileged { ordinaryMemoryBytes += bytes }
        memoryPeak = max(memoryPeak, memoryBytes)
    }

    /// Releases memory that no queue refers to any more.
    func releaseMemory(_ bytes: Int, from quota: UserQuota) {
        quota.releaseMemory(bytes)
        memoryBytes -= bytes
        if !quota.principal.isPrivileged { ordinaryMemoryBytes -= bytes }
    }

    /// Returns the peak of memory since the last call.
    func takeMemoryPeak() -> Int {
        defer { memoryPeak = memoryBytes }
        return memoryPeak
    }

    /// The number of quotas.
    var count: Int { quotas.count }

    /// Whether every charge has been released, and every quota purged.
    var areEmpty: Bool { quotas.isEmpty && connections == 0 && queuedBytes == 0 && memoryBytes == 0 }

    /// Removes quotas that hold nothing.
    func purge(at now: UInt64) {
        purgedAt = now
        quotas = quotas.filter { !$0.value.isAsNew(at: now) }
    }
}

import TaskstatsModel

/// The subscriptions of each CPU, which determine the CPUs to register with the kernel.
///
/// Routing a record considers only the subscriptions that may see it: those of its CPU with access to everything, and
/// those of the task's user. All other clients cost nothing, however many there are.
struct RouteTable {
    private var groups: [SubscriptionGroup.Key: SubscriptionGroup] = [:]
    private var byCPU: [[SubscriptionGroup]]
    private var privilegedByCPU: [[SubscriptionGroup]]
    private var owners: [UInt32: OwnerRoutes] = [:]
    /// The number of different subscriptions of each principal.
    private var groupCounts: [Principal: Int] = [:]
    /// The number of subscriptions of each CPU.
    private var references: [Int]
    /// The different subscriptions that need origins.
    private var originGroups = 0
    /// The different subscriptions with starts.
    private(set) var startGroups: [SubscriptionGroup] = []
    /// The subscriptions with starts that begin later.
    private var reservedStarts = 0

    init(possible: CPUSet) {
        let count = (possible.last ?? 0) + 1
        byCPU = Array(repeating: [], count: count)
        privilegedByCPU = byCPU
        references = Array(repeating: 0, count: count)
    }

    /// Returns all subscriptions of a CPU.
    func groups(of cpu: Int) -> [SubscriptionGroup] { byCPU.indices.contains(cpu) ? byCPU[cpu] : [] }

    /// Returns the subscriptions of a CPU with access to everything.
    func privilegedGroups(of cpu: Int) -> [SubscriptionGroup] {
        privilegedByCPU.indices.contains(cpu) ? privilegedByCPU[cpu] : []
    }

    /// Returns the subscriptions of the user to whom a record's task belongs; nil when there are none.
    func owner(of record: borrowing ExitRecord) -> OwnerRoutes? {
        guard !owners.isEmpty, let uid = record.task[.acUid] else { return nil }
        return owners[UInt32(truncatingIfNeeded: uid)]
    }

    /// Whether any subscription has starts, or will have them.
    var hasStarts: Bool { !startGroups.isEmpty || reservedStarts > 0 }

    /// Whether any subscription needs the origin of processes.
    var needsOrigin: Bool { originGroups > 0 }

    /// Returns the number of different subscriptions of a principal.
    func groupCount(of principal: Principal) -> Int { groupCounts[principal, default: 0] }

    /// The number of ordinary principals with subscriptions.
    var ordinaryPrincipals: Int { groupCounts.count }

    /// Returns whether an equal subscription exists.
    func contains(_ key: SubscriptionGroup.Key) -> Bool { groups[key] != nil }

    /// Returns the number of subscriptions of a CPU.
    func references(to cpu: Int) -> Int { references.indices.contains(cpu) ? references[cpu] : 0 }

    /// The CPUs with subscriptions.
    var wanted: CPUSet { CPUSet(references.indices.filter { references[$0] > 0 }) }

    /// Returns the CPUs of a set without subscriptions.
    func unwanted(of cpus: CPUSet) -> CPUSet { CPUSet(cpus.filter { references(to: $0) == 0 }) }

    /// Whether there are no remains of any subscription.
    var isEmpty: Bool {
        groups.isEmpty && owners.isEmpty && groupCounts.isEmpty && byCPU.allSatisfy(\.isEmpty)
            && privilegedByCPU.allSatisfy(\.isEmpty) && references.allSatisfy { $0 == 0 }
    }

    /// Keeps CPUs for the daemon itself.
    mutating func keep(_ cpus: CPUSet, withOrigin: Bool) {
        for cpu in cpus { references[cpu] += 1 }
        if withOrigin { originGroups += 1 }
    }

    /// Keeps what a subscription needs that begins later.
    mutating func reserve(_ key: SubscriptionGroup.Key) {
        keep(key.cpus, withOrigin: key.needsOrigin)
        if key.starts { reservedStarts += 1 }
        if let principal = key.principal { groupCounts[principal, default: 0] += 1 }
    }

    /// Releases what was reserved, and returns the CPUs left without subscriptions.
    mutating func release(_ key: SubscriptionGroup.Key) -> CPUSet {
        for cpu in key.cpus { references[cpu] -= 1 }
        if key.needsOrigin { originGroups -= 1 }
        if key.starts { reservedStarts -= 1 }
        if let principal = key.principal { forget(principal) }
        return unwanted(of: key.cpus)
    }

    /// Adds a client's subscription.
    mutating func insert(_ client: Client, _ key: SubscriptionGroup.Key, in quotas: UserQuotas) {
        let group = groups[key] ?? create(key, key.principal == nil ? quotas.privileged : client.quota, in: quotas)
        group.subscribers.append(client)
        client.subscription = group
        for cpu in key.cpus { references[cpu] += 1 }
    }

    /// Removes a client's subscription, if any, and returns the CPUs left without subscriptions.
    mutating func remove(_ client: Client) -> CPUSet {
        guard let group = client.subscription else { return CPUSet() }
        client.subscription = nil
        group.subscribers.removeAll { $0 === client }
        if group.subscribers.isEmpty { destroy(group) }
        for cpu in group.key.cpus { references[cpu] -= 1 }
        return unwanted(of: group.key.cpus)
    }

    private mutating func create(
        _ key: SubscriptionGroup.Key, _ quota: UserQuota, in quotas: UserQuotas
    ) -> SubscriptionGroup {
        let group = SubscriptionGroup(key, quota, in: quotas)
        groups[key] = group
        if key.needsOrigin { originGroups += 1 }
        if key.starts { startGroups.append(group) }
        for cpu in key.cpus { byCPU[cpu].append(group) }
        if case .own(let uid, _, _) = key.access {
            let owner = owners[uid] ?? OwnerRoutes()
            owner.groups.append(group)
            owners[uid] = owner
        } else {
            for cpu in key.cpus { privilegedByCPU[cpu].append(group) }
        }
        if let principal = key.principal { groupCounts[principal, default: 0] += 1 }
        return group
    }

    private mutating func destroy(_ group: SubscriptionGroup) {
        groups[group.key] = nil
        if group.key.needsOrigin { originGroups -= 1 }
        if group.key.starts { startGroups.removeAll { $0 === group } }
        for cpu in group.key.cpus {
            byCPU[cpu].removeAll { $0 === group }
            privilegedByCPU[cpu].removeAll { $0 === group }
        }
        if case .own(let uid, _, _) = group.key.access, let owner = owners[uid] {
            owner.groups.removeAll { $0 === group }
            if owner.groups.isEmpty { owners[uid] = nil }
        }
        if let principal = group.key.principal { forget(principal) }
    }

    private mutating func forget(_ principal: Principal) {
        guard let count = groupCounts[principal] else { return }
        groupCounts[principal] = count > 1 ? count - 1 : nil
    }
}

/// The subscriptions of one user, and the proof that the sums of a process are that user's.
final class OwnerRoutes {
    fileprivate(set) var groups: [SubscriptionGroup] = []
    var threads = ThreadSums()
}

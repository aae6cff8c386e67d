import TaskstatsModel

/// Which interests want which CPU, and so which CPUs must be registered with the kernel.
///
/// Routing a record looks only at the interests of its CPU; a client that does not want the CPU costs nothing.
struct RouteTable {
    private var interests: [Interest.Key: Interest] = [:]
    private var byCPU: [[Interest]]
    /// How many subscriptions want a CPU.
    private var references: [Int]

    init(possible: CPUSet) {
        let count = (possible.last ?? 0) + 1
        byCPU = Array(repeating: [], count: count)
        references = Array(repeating: 0, count: count)
    }

    /// The interests of a CPU.
    func interests(of cpu: Int) -> [Interest] { byCPU.indices.contains(cpu) ? byCPU[cpu] : [] }

    /// How many subscriptions want a CPU.
    func references(to cpu: Int) -> Int { references.indices.contains(cpu) ? references[cpu] : 0 }

    /// The CPUs that some subscription wants.
    var wanted: CPUSet { CPUSet(references.indices.filter { references[$0] > 0 }) }

    /// The CPUs of a set that no subscription wants so far.
    func unwanted(of cpus: CPUSet) -> CPUSet { CPUSet(cpus.filter { references(to: $0) == 0 }) }

    /// Whether nothing is left of any subscription.
    var isEmpty: Bool { interests.isEmpty && byCPU.allSatisfy(\.isEmpty) && references.allSatisfy { $0 == 0 } }

    /// Adds a client's subscription.
    mutating func insert(_ client: Client, _ key: Interest.Key) {
        let interest = interests[key] ?? create(key)
        interest.subscribers.append(client)
        client.interest = interest
        for cpu in key.cpus { references[cpu] += 1 }
    }

    /// Removes a client's subscription, if it has one, and returns the CPUs that nobody wants any more.
    mutating func remove(_ client: Client) -> CPUSet {
        guard let interest = client.interest else { return CPUSet() }
        client.interest = nil
        interest.subscribers.removeAll { $0 === client }
        if interest.subscribers.isEmpty { destroy(interest) }
        for cpu in interest.key.cpus { references[cpu] -= 1 }
        return unwanted(of: interest.key.cpus)
    }

    private mutating func create(_ key: Interest.Key) -> Interest {
        let interest = Interest(key)
        interests[key] = interest
        for cpu in key.cpus { byCPU[cpu].append(interest) }
        return interest
    }

    private mutating func destroy(_ interest: Interest) {
        interests[interest.key] = nil
        for cpu in interest.key.cpus { byCPU[cpu].removeAll { $0 === interest } }
    }
}

import TaskstatsModel

/// The bounds that the broker enforces.
package struct BrokerLimits: Hashable, Sendable {
    /// The bytes that may wait for one client.
    package var queueBytes = 8 << 20
    /// The bytes that may wait for the clients of one uid.
    package var queueBytesPerUID = 64 << 20
    /// The bytes that may wait in all.
    package var queueBytesInAll = 256 << 20
    /// The connections of one uid.
    package var connectionsPerUID = 32
    /// The connections in all.
    package var connectionsInAll = 1_024
    /// The new connections of one uid in a second; root's are not counted.
    package var connectionsPerSecond = 100
    /// The requests of one uid in a second; those of clients who may see everything are not counted.
    package var requestsPerSecond = 5_000

    /// The usual bounds.
    package init() {}
}

/// What does not change while the daemon runs.
package struct BrokerSettings: Sendable {
    /// Name and version of the daemon, as `hello` tells them.
    package var server: String
    /// New at every start.
    package var instance: String
    /// The release of the kernel.
    package var kernelRelease: String
    /// The version of struct taskstats that the kernel fills.
    package var taskstatsVersion: Int
    /// The CPUs that the machine can have.
    package var possibleCPUs: CPUSet
    /// Who may see what.
    package var policy: AccessPolicy
    /// The bounds to enforce.
    package var limits: BrokerLimits

    /// These settings.
    package init(
        server: String, instance: String, kernelRelease: String, taskstatsVersion: Int, possibleCPUs: CPUSet,
        policy: AccessPolicy, limits: BrokerLimits
    ) {
        self.server = server
        self.instance = instance
        self.kernelRelease = kernelRelease
        self.taskstatsVersion = taskstatsVersion
        self.possibleCPUs = possibleCPUs
        self.policy = policy
        self.limits = limits
    }
}

/// What changes while the daemon runs, and is looked up when it is told.
package struct HostState: Hashable, Sendable {
    /// The CPUs that are online, as a list.
    package var onlineCPUs: String
    /// Whether kernel.task_delayacct is on; nil when that cannot be told.
    package var delayAccounting: Bool?

    /// This state.
    package init(onlineCPUs: String, delayAccounting: Bool?) {
        self.onlineCPUs = onlineCPUs
        self.delayAccounting = delayAccounting
    }
}

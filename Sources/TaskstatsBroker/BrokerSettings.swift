import TaskstatsModel

/// The limits that the broker enforces.
package struct BrokerLimits: Hashable, Sendable {
    /// The maximum number of bytes queued for one client.
    package var queueBytes = 8 << 20
    /// The maximum number of bytes queued for the clients of one uid.
    package var queueBytesPerUID = 64 << 20
    /// The maximum memory of all queues: a quarter of it for clients that see everything, the rest for all others.
    package var queueBytesInAll = 256 << 20
    /// The maximum number of connections of one uid.
    package var connectionsPerUID = 32
    /// The maximum number of connections; an eighth of them is reserved for clients that see everything.
    package var connectionsInAll = 1_024
    /// The maximum number of new connections of one uid per second, except for clients that see everything.
    package var connectionsPerSecond = 100
    /// The maximum number of requests of one uid per second, except for clients that see everything.
    package var requestsPerSecond = 5_000
    /// The maximum number of different subscriptions of one uid, except for clients that see everything.
    package var subscriptionsPerUID = 16
    /// The maximum number of threads of a process whose sums a client can query: the kernel adds them up one by one.
    package var threadsPerQuery = 2_048

    /// The maximum number of connections of all ordinary clients.
    var ordinaryConnections: Int { connectionsInAll - connectionsInAll / 8 }
    /// Returns the maximum memory of the queues of all clients that see everything, or of all others.
    func queueBytes(ofPrivileged isPrivileged: Bool) -> Int {
        let reserved = queueBytesInAll / 4
        return isPrivileged ? reserved : queueBytesInAll - reserved
    }

    /// Creates the default limits.
    package init() {}
}

/// Settings that stay the same while the daemon runs.
package struct BrokerSettings: Sendable {
    /// The name and version of the daemon, as sent in `hello`.
    package var server: String
    /// A random identifier, new at every start.
    package var instance: String
    /// The release of the kernel.
    package var kernelRelease: String
    /// The version of struct taskstats that the kernel fills.
    package var taskstatsVersion: Int
    /// The period of the scheduler's tick; nil when unknown.
    package var tick: Duration?
    /// Whether the sums of a process contain the threads that have ended; nil when unknown.
    package var processSumsAreComplete: Bool?
    /// Whether the daemon can learn the origin of processes, and report starts.
    package var knowsOrigin = false
    /// The possible CPUs of the machine.
    package var possibleCPUs: CPUSet
    /// The access policy.
    package var policy: AccessPolicy
    /// The limits to enforce.
    package var limits: BrokerLimits

    /// Creates settings.
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

/// Properties that change while the daemon runs, read when they are sent.
package struct HostState: Hashable, Sendable {
    /// The online CPUs.
    package var onlineCPUs: CPUSet
    /// Whether kernel.task_delayacct is on; nil when unknown.
    package var delayAccounting: Bool?

    /// Creates a state.
    package init(onlineCPUs: CPUSet, delayAccounting: Bool?) {
        self.onlineCPUs = onlineCPUs
        self.delayAccounting = delayAccounting
    }
}

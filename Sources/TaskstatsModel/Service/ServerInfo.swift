/// A description of the daemon, its host and the client's identity: the daemon's handshake.
public struct ServerInfo: Hashable, Sendable {
    /// The version of the protocol.
    public var protocolVersion: String
    /// The name and version of the daemon.
    public var server: String
    /// A random identifier, new at every start of the daemon.
    public var instance: String
    /// The release of the kernel.
    public var kernelRelease: String
    /// The version of struct taskstats that the kernel fills.
    public var taskstatsVersion: Int
    /// The period of the scheduler's tick, by which CPU times can be too low; nil if the daemon does not report it.
    public var tick: Duration?
    /// Whether the sums of a process include ended threads; nil if the daemon does not report it.
    ///
    /// If false, `ac_etime`, `ac_utime`, `ac_stime`, `nvcsw` and `nivcsw` of a process are absent.
    public var processSumsAreComplete: Bool?
    /// The possible CPUs of the machine.
    public var possibleCPUs: CPUSet
    /// The CPUs that were online at the time of the handshake.
    public var onlineCPUs: CPUSet
    /// Whether kernel.task_delayacct was on; nil if the daemon does not know.
    ///
    /// While it is off, only waits for a CPU are counted: see ``TaskRecord/hasUncountedDelays``.
    public var delayAccounting: Bool?
    /// The effective user id of the client when it connected, as the daemon sees it.
    public var uid: UInt32
    /// The processes that the client can see.
    public var access: AccessTier
    /// The reason why the client has no access.
    public var accessReason: String?
    /// The limits that apply to the client.
    public var limits: ServiceLimits
    /// The features of the daemon.
    public var features: [String]

    /// Creates a description, for example of a daemon in a test.
    public init(
        protocolVersion: String = "1.1", server: String = "taskstatsd", instance: String = "",
        kernelRelease: String = "", taskstatsVersion: Int = 0, tick: Duration? = nil,
        processSumsAreComplete: Bool? = nil, possibleCPUs: CPUSet = CPUSet(), onlineCPUs: CPUSet = CPUSet(),
        delayAccounting: Bool? = nil, uid: UInt32 = 0, access: AccessTier = .all, accessReason: String? = nil,
        limits: ServiceLimits, features: [String] = []
    ) {
        self.protocolVersion = protocolVersion
        self.server = server
        self.instance = instance
        self.kernelRelease = kernelRelease
        self.taskstatsVersion = taskstatsVersion
        self.tick = tick
        self.processSumsAreComplete = processSumsAreComplete
        self.possibleCPUs = possibleCPUs
        self.onlineCPUs = onlineCPUs
        self.delayAccounting = delayAccounting
        self.uid = uid
        self.access = access
        self.accessReason = accessReason
        self.limits = limits
        self.features = features
    }
}

/// The processes that a client can see.
@nonexhaustive
public enum AccessTier: String, Hashable, Sendable, CaseIterable {
    /// Every process: root, and members of the privileged group.
    case all
    /// The processes of the client's own user.
    case own
    /// No process: the daemon does not serve the client.
    case none
}

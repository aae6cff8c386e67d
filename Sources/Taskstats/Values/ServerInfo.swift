import TaskstatsProtocol

/// The daemon's handshake: its identity, its kernel, and the access of this program.
public struct ServerInfo: Hashable, Sendable {
    /// The processes that this program can see.
    public enum Access: String, Hashable, Sendable, CaseIterable {
        /// Every process.
        case all
        /// The processes of its own user.
        case own
    }

    /// The version of the protocol, like "1.0".
    public let protocolVersion: String
    /// Name and version of the daemon, like "taskstatsd/0.1.0".
    public let server: String
    /// An id that changes at every start of the daemon, together with sequence numbers and counters.
    public let instance: String
    /// The release of the kernel.
    public let kernelRelease: String
    /// The version of struct taskstats in this kernel.
    public let taskstatsVersion: Int
    /// The period of the scheduler's tick, by which CPU times can be too low; nil if the daemon does not report it.
    public let tick: Duration?
    /// Whether the sums of a process include ended threads; nil if the daemon does not report it.
    ///
    /// If false, `ac_etime`, `ac_utime`, `ac_stime`, `nvcsw` and `nivcsw` of a process are absent.
    public let processSumsAreComplete: Bool?
    /// The possible CPUs of the machine.
    public let possibleCPUs: CPUSet
    /// The CPUs that were online at the time of the handshake.
    public let onlineCPUs: CPUSet
    /// Whether kernel.task_delayacct was on; nil if the daemon does not know.
    ///
    /// While it is off, only waits for a CPU are counted: see ``TaskRecord/hasUncountedDelays``.
    public let delayAccounting: Bool?
    /// The user id of this program, as the daemon sees it.
    public let uid: UInt32
    /// The processes that this program can see.
    public let access: Access
    /// The maximum number of queued bytes for this program before records are dropped.
    public let queueBytes: Int
    /// The maximum number of connections of one user.
    public let connectionsPerUID: Int
    /// The maximum number of new connections per second for this user; nil if they are not counted.
    public let connectionsPerSecond: Int?
    /// The maximum number of requests per second for this user; nil if they are not counted.
    public let requestsPerSecond: Int?
    /// The maximum length of a request, in bytes.
    public let requestBytes: Int
    /// The maximum length of a line from the daemon, in bytes.
    public let lineBytes: Int
    /// The features of the daemon.
    public let features: [String]

    init(_ hello: Hello, access: Access) {
        protocolVersion = hello.protocolVersion
        server = hello.server
        instance = hello.instance
        kernelRelease = hello.kernelRelease
        taskstatsVersion = hello.taskstatsVersion
        tick = hello.tickNanoseconds.map { .nanoseconds($0) }
        processSumsAreComplete = hello.processSumsAreComplete
        // A malformed list is not a reason to fail.
        possibleCPUs = (try? CPUSet(kernelList: hello.possibleCPUs)) ?? CPUSet()
        onlineCPUs = (try? CPUSet(kernelList: hello.onlineCPUs)) ?? CPUSet()
        delayAccounting = hello.delayAccounting
        uid = hello.uid
        self.access = access
        queueBytes = hello.limits.queueBytes
        connectionsPerUID = hello.limits.connectionsPerUID
        connectionsPerSecond = hello.limits.connectionsPerSecond
        requestsPerSecond = hello.limits.requestsPerSecond
        requestBytes = hello.limits.requestBytes
        lineBytes = hello.limits.lineBytes
        features = hello.features
    }

    /// Checks the handshake; refuses a daemon that does not serve this program or has an incompatible protocol.
    static func accepting(_ hello: Hello) throws(TaskstatsError) -> ServerInfo {
        let ours = ProtocolLimits.version.prefix { $0 != "." }
        guard hello.protocolVersion.prefix(while: { $0 != "." }) == ours else {
            throw TaskstatsError(
                .protocolViolation,
                "\(hello.server) uses protocol version \(hello.protocolVersion), this program uses version \(ours); "
                    + "install matching versions")
        }
        switch hello.access {
        case .all: return ServerInfo(hello, access: .all)
        case .own: return ServerInfo(hello, access: .own)
        case .none:
            throw TaskstatsError(
                .permissionDenied, "taskstatsd does not serve this user: \(hello.reason ?? "its access is 'none'")")
        }
    }
}

import TaskstatsProtocol

/// What the daemon says first: who it is, what it runs on, and who it takes this program for.
public struct ServerInfo: Hashable, Sendable {
    /// What this program may see.
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
    /// New at every start of the daemon: another one means that sequences and counters began anew.
    public let instance: String
    /// The release of the kernel.
    public let kernelRelease: String
    /// The version of struct taskstats that the kernel fills.
    public let taskstatsVersion: Int
    /// The CPUs that the machine can have.
    public let possibleCPUs: CPUSet
    /// The CPUs that were online.
    public let onlineCPUs: CPUSet
    /// Whether kernel.task_delayacct was on; nil when the daemon cannot tell.
    ///
    /// While it is off, all delays but the one for the CPU read 0.
    public let delayAccounting: Bool?
    /// The user that this program is taken for.
    public let uid: UInt32
    /// What this program may see.
    public let access: Access
    /// The bytes that may wait for this program before records are dropped.
    public let queueBytes: Int
    /// The connections that one user may have.
    public let connectionsPerUID: Int
    /// The new connections that this user may make in a second; nil when they are not counted.
    public let connectionsPerSecond: Int?
    /// The requests that this user may make in a second; nil when they are not counted.
    public let requestsPerSecond: Int?
    /// The longest request, in bytes.
    public let requestBytes: Int
    /// The longest line that the daemon sends, in bytes.
    public let lineBytes: Int
    /// What the daemon can do.
    public let features: [String]

    init(_ hello: Hello, access: Access) {
        protocolVersion = hello.protocolVersion
        server = hello.server
        instance = hello.instance
        kernelRelease = hello.kernelRelease
        taskstatsVersion = hello.taskstatsVersion
        // A list that cannot be read says nothing worth failing for.
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

    /// Reads the greeting; refuses a daemon that does not serve this program or that speaks another protocol.
    static func accepting(_ hello: Hello) throws(TaskstatsError) -> ServerInfo {
        let ours = ProtocolLimits.version.prefix { $0 != "." }
        guard hello.protocolVersion.prefix(while: { $0 != "." }) == ours else {
            throw TaskstatsError(
                .protocolViolation,
                "\(hello.server) speaks version \(hello.protocolVersion) of the protocol, this program version \(ours); "
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

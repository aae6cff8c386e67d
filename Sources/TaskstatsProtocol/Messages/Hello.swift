/// The first line of the daemon: its version, its host, and the client's access.
package struct Hello: Hashable, Sendable {
    /// The access of the client.
    package enum Access: String, Hashable, Sendable, CaseIterable {
        /// Everything.
        case all
        /// Its own processes.
        case own
        /// Nothing.
        case none
    }

    /// The limits that apply to the client.
    package struct Limits: Hashable, Sendable {
        /// The maximum length of a request, in bytes.
        package var requestBytes = ProtocolLimits.requestBytes
        /// The maximum nesting depth of a request.
        package var depth = ProtocolLimits.requestDepth
        /// The maximum length of the daemon's lines, in bytes.
        package var lineBytes = ProtocolLimits.lineBytes
        /// The maximum number of bytes queued for the client.
        package var queueBytes: Int
        /// The maximum number of connections of one uid.
        package var connectionsPerUID: Int
        /// The maximum number of new connections of one uid per second; nil without a limit.
        package var connectionsPerSecond: Int?
        /// The maximum number of requests of one uid per second; nil without a limit.
        package var requestsPerSecond: Int?
        /// The maximum number of different subscriptions of one uid; nil without a limit.
        package var subscriptionsPerUID: Int?

        /// Creates limits, some of which can be configured.
        package init(queueBytes: Int, connectionsPerUID: Int) {
            self.queueBytes = queueBytes
            self.connectionsPerUID = connectionsPerUID
        }
    }

    /// The version of the protocol.
    package var protocolVersion = ProtocolLimits.version
    /// The name and version of the daemon.
    package var server: String
    /// A random identifier, new at every start of the daemon.
    package var instance: String
    /// The release of the kernel.
    package var kernelRelease: String
    /// The version of struct taskstats that the kernel fills.
    package var taskstatsVersion: Int
    /// The period of the scheduler's tick, in nanoseconds; nil when unknown.
    package var tickNanoseconds: UInt64?
    /// Whether the sums of a process contain the threads that have ended; nil when unknown.
    package var processSumsAreComplete: Bool?
    /// The possible CPUs of the machine, as a list.
    package var possibleCPUs: String
    /// The online CPUs, as a list.
    package var onlineCPUs: String
    /// Whether kernel.task_delayacct is on; nil when unknown.
    package var delayAccounting: Bool?
    /// The client's effective uid at connect.
    package var uid: UInt32
    /// The access of the client.
    package var access: Access
    /// The reason why the client has no access.
    package var reason: String?
    /// The limits that apply to the client.
    package var limits: Limits
    /// The features of this daemon.
    package var features = [
        "get", "subscribe", "fields", "filter", "comm_list", "implausible", "uncounted", "tgid_sums", "next_seq",
    ]

    /// Creates a hello line.
    package init(
        server: String, instance: String, kernelRelease: String, taskstatsVersion: Int, possibleCPUs: String,
        onlineCPUs: String, delayAccounting: Bool?, uid: UInt32, access: Access, reason: String? = nil, limits: Limits
    ) {
        self.server = server
        self.instance = instance
        self.kernelRelease = kernelRelease
        self.taskstatsVersion = taskstatsVersion
        self.possibleCPUs = possibleCPUs
        self.onlineCPUs = onlineCPUs
        self.delayAccounting = delayAccounting
        self.uid = uid
        self.access = access
        self.reason = reason
        self.limits = limits
    }
}

extension Hello {
    /// Writes the keys of `params`.
    func write(to writer: inout JSONWriter) {
        writer.field("protocol", protocolVersion)
        writer.field("server", server)
        writer.field("instance", instance)
        writer.key("kernel")
        writer.object { writer in
            writer.field("release", kernelRelease)
            writer.field("taskstats_version", taskstatsVersion)
            if let tickNanoseconds { writer.field("tick_ns", tickNanoseconds) }
            if let processSumsAreComplete { writer.field("tgid_sums_complete", processSumsAreComplete) }
        }
        writer.key("cpus")
        writer.object { writer in
            writer.field("possible", possibleCPUs)
            writer.field("online", onlineCPUs)
        }
        if let delayAccounting { writer.field("delay_accounting", delayAccounting) }
        writer.key("you")
        writer.object { writer in
            writer.field("uid", uid)
            writer.field("access", access.rawValue)
            if let reason { writer.field("reason", reason) }
        }
        writer.key("limits")
        writer.object { writer in
            writer.field("request_bytes", limits.requestBytes)
            writer.field("depth", limits.depth)
            writer.field("line_bytes", limits.lineBytes)
            writer.field("queue_bytes", limits.queueBytes)
            writer.field("connections_per_uid", limits.connectionsPerUID)
            if let rate = limits.connectionsPerSecond { writer.field("connections_per_second", rate) }
            if let rate = limits.requestsPerSecond { writer.field("requests_per_second", rate) }
            if let count = limits.subscriptionsPerUID { writer.field("subscriptions_per_uid", count) }
        }
        writer.field("features", features)
    }

    /// Decodes the keys of `params`, leniently: only those that the client needs are required.
    init?(_ params: JSONValue) {
        guard let version = params["protocol"]?.string, let instance = params["instance"]?.string,
            let access = params["you"]?["access"]?.string.flatMap(Access.init)
        else { return nil }
        func limit(_ name: String) -> Int? { params["limits"]?[name]?.integer.flatMap(Int.init(exactly:)) }
        self.init(
            server: params["server"]?.string ?? "", instance: instance,
            kernelRelease: params["kernel"]?["release"]?.string ?? "",
            taskstatsVersion: Int(params["kernel"]?["taskstats_version"]?.integer ?? 0),
            possibleCPUs: params["cpus"]?["possible"]?.string ?? "",
            onlineCPUs: params["cpus"]?["online"]?.string ?? "",
            delayAccounting: params["delay_accounting"]?.bool,
            uid: params["you"]?["uid"]?.integer.flatMap(UInt32.init(exactly:)) ?? UInt32.max,
            access: access, reason: params["you"]?["reason"]?.string,
            limits: Limits(queueBytes: limit("queue_bytes") ?? 0, connectionsPerUID: limit("connections_per_uid") ?? 0))
        protocolVersion = version
        tickNanoseconds = params["kernel"]?["tick_ns"]?.integer.flatMap(UInt64.init(exactly:))
        processSumsAreComplete = params["kernel"]?["tgid_sums_complete"]?.bool
        limits.requestBytes = limit("request_bytes") ?? ProtocolLimits.requestBytes
        limits.depth = limit("depth") ?? ProtocolLimits.requestDepth
        limits.lineBytes = limit("line_bytes") ?? ProtocolLimits.lineBytes
        limits.connectionsPerSecond = limit("connections_per_second")
        limits.requestsPerSecond = limit("requests_per_second")
        limits.subscriptionsPerUID = limit("subscriptions_per_uid")
        features = params["features"]?.elements?.compactMap(\.string) ?? []
    }
}

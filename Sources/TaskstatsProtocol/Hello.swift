/// What the daemon says first: who it is, what it runs on, and who it takes the client for.
package struct Hello: Hashable, Sendable {
    /// What the client may see.
    package enum Access: String, Hashable, Sendable, CaseIterable {
        /// Everything.
        case all
        /// Its own processes.
        case own
        /// Nothing.
        case none
    }

    /// The bounds that the client is held to.
    package struct Limits: Hashable, Sendable {
        /// The longest line of a request, in bytes.
        package var requestBytes = ProtocolLimits.requestBytes
        /// The deepest nesting of a request.
        package var depth = ProtocolLimits.requestDepth
        /// The longest line of the daemon, in bytes.
        package var lineBytes = ProtocolLimits.lineBytes
        /// The bytes that may wait for the client.
        package var queueBytes: Int
        /// The connections of one uid.
        package var connectionsPerUID: Int
        /// The new connections of one uid in a second; nil when they are not counted.
        package var connectionsPerSecond: Int?
        /// The requests of one uid in a second; nil when they are not counted.
        package var requestsPerSecond: Int?

        /// Limits of which some can be configured.
        package init(queueBytes: Int, connectionsPerUID: Int) {
            self.queueBytes = queueBytes
            self.connectionsPerUID = connectionsPerUID
        }
    }

    /// The version of the protocol.
    package var protocolVersion = ProtocolLimits.version
    /// Name and version of the daemon.
    package var server: String
    /// New at every start of the daemon.
    package var instance: String
    /// The release of the kernel.
    package var kernelRelease: String
    /// The version of struct taskstats that the kernel fills.
    package var taskstatsVersion: Int
    /// The CPUs that the machine can have, as a list.
    package var possibleCPUs: String
    /// The CPUs that are online, as a list.
    package var onlineCPUs: String
    /// Whether kernel.task_delayacct is on; nil when that cannot be told.
    package var delayAccounting: Bool?
    /// The client's effective uid at connect.
    package var uid: UInt32
    /// What the client may see.
    package var access: Access
    /// Why the client may see nothing.
    package var reason: String?
    /// The bounds that the client is held to.
    package var limits: Limits
    /// What this daemon can do.
    package var features = ["get", "subscribe", "fields", "filter"]

    /// A greeting.
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
    /// Writes the members of `params`.
    func write(to writer: inout JSONWriter) {
        writer.member("protocol", protocolVersion)
        writer.member("server", server)
        writer.member("instance", instance)
        writer.key("kernel")
        writer.object { writer in
            writer.member("release", kernelRelease)
            writer.member("taskstats_version", taskstatsVersion)
        }
        writer.key("cpus")
        writer.object { writer in
            writer.member("possible", possibleCPUs)
            writer.member("online", onlineCPUs)
        }
        if let delayAccounting { writer.member("delay_accounting", delayAccounting) }
        writer.key("you")
        writer.object { writer in
            writer.member("uid", uid)
            writer.member("access", access.rawValue)
            if let reason { writer.member("reason", reason) }
        }
        writer.key("limits")
        writer.object { writer in
            writer.member("request_bytes", limits.requestBytes)
            writer.member("depth", limits.depth)
            writer.member("line_bytes", limits.lineBytes)
            writer.member("queue_bytes", limits.queueBytes)
            writer.member("connections_per_uid", limits.connectionsPerUID)
            if let rate = limits.connectionsPerSecond { writer.member("connections_per_second", rate) }
            if let rate = limits.requestsPerSecond { writer.member("requests_per_second", rate) }
        }
        writer.member("features", features)
    }

    /// Reads the members of `params`, leniently: only what the client needs must be there.
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
        limits.requestBytes = limit("request_bytes") ?? ProtocolLimits.requestBytes
        limits.depth = limit("depth") ?? ProtocolLimits.requestDepth
        limits.lineBytes = limit("line_bytes") ?? ProtocolLimits.lineBytes
        limits.connectionsPerSecond = limit("connections_per_second")
        limits.requestsPerSecond = limit("requests_per_second")
        features = params["features"]?.elements?.compactMap(\.string) ?? []
    }
}

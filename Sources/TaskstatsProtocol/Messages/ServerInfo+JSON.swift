import TaskstatsModel

// The first line of the daemon: its version, its host, and the client's access.

extension ServerInfo {
    /// The features of a daemon of this release, apart from those that depend on the kernel.
    package static let currentFeatures = [
        "get", "subscribe", "fields", "filter", "comm_list", "implausible", "uncounted", "tgid_sums", "next_seq",
        sinceFeature,
    ]

    /// The feature of a daemon that numbers records, and starts subscriptions at an earlier one.
    package static let sinceFeature = "since"

    /// The feature of a daemon that keeps records.
    package static let historyFeature = "history"

    /// The features of a daemon that can learn the origin of processes.
    package static let originFeatures = ["origin", "starts"]
}

extension ServerInfo {
    /// Writes the keys of `params`.
    func write(to writer: inout JSONWriter) {
        writer.field("protocol", protocolVersion)
        writer.field("server", server)
        writer.field("instance", instance)
        writer.key("kernel")
        writer.object { writer in
            writer.field("release", kernelRelease)
            writer.field("taskstats_version", taskstatsVersion)
            if let tick { writer.field("tick_ns", tick.wholeNanoseconds) }
            if let processSumsAreComplete { writer.field("tgid_sums_complete", processSumsAreComplete) }
        }
        writer.key("cpus")
        writer.object { writer in
            writer.field("possible", possibleCPUs.description)
            writer.field("online", onlineCPUs.description)
        }
        if let delayAccounting { writer.field("delay_accounting", delayAccounting) }
        writer.key("you")
        writer.object { writer in
            writer.field("uid", uid)
            writer.field("access", access.rawValue)
            if let accessReason { writer.field("reason", accessReason) }
        }
        writer.key("limits")
        writer.object { writer in
            writer.field("request_bytes", limits.requestBytes)
            writer.field("depth", limits.requestDepth)
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
            let access = params["you"]?["access"]?.string.flatMap(AccessTier.init)
        else { return nil }
        let (kernel, you) = (params["kernel"], params["you"])
        // A malformed list is not a reason to fail.
        func cpus(_ name: String) -> CPUSet {
            params["cpus"]?[name]?.string.flatMap { try? CPUSet(kernelList: $0) } ?? CPUSet()
        }
        self.init(
            protocolVersion: version, server: params["server"]?.string ?? "", instance: instance,
            kernelRelease: kernel?["release"]?.string ?? "",
            taskstatsVersion: Int(kernel?["taskstats_version"]?.integer ?? 0),
            tick: kernel?["tick_ns"]?.integer.map { .nanoseconds($0) },
            processSumsAreComplete: kernel?["tgid_sums_complete"]?.bool,
            possibleCPUs: cpus("possible"), onlineCPUs: cpus("online"),
            delayAccounting: params["delay_accounting"]?.bool,
            uid: you?["uid"]?.integer.flatMap(UInt32.init(exactly:)) ?? UInt32.max, access: access,
            accessReason: you?["reason"]?.string, limits: ServiceLimits(params["limits"]),
            features: params["features"]?.elements?.compactMap(\.string) ?? [])
    }
}

extension ServiceLimits {
    /// Decodes the limits; a missing one has its value in the first version of the protocol.
    fileprivate init(_ limits: JSONValue?) {
        func limit(_ name: String) -> Int? { limits?[name]?.integer.flatMap(Int.init(exactly:)) }
        self.init(
            requestBytes: limit("request_bytes") ?? ProtocolLimits.requestBytes,
            requestDepth: limit("depth") ?? ProtocolLimits.requestDepth,
            lineBytes: limit("line_bytes") ?? ProtocolLimits.lineBytes,
            queueBytes: limit("queue_bytes") ?? 0, connectionsPerUID: limit("connections_per_uid") ?? 0,
            connectionsPerSecond: limit("connections_per_second"), requestsPerSecond: limit("requests_per_second"),
            subscriptionsPerUID: limit("subscriptions_per_uid"))
    }
}

import TaskstatsModel

/// A request of a client.
package struct Request: Hashable, Sendable {
    /// The id, repeated in the answer.
    package var id: RequestID
    /// The method and its parameters.
    package var call: Call

    /// Creates a request.
    package init(id: RequestID, call: Call) {
        self.id = id
        self.call = call
    }

    /// A method with its parameters.
    package enum Call: Hashable, Sendable {
        /// Statistics of one task, process or cgroup.
        case get(QueryTarget, fields: FieldSet, origin: Bool = false)
        /// Exit records from now on, in place of the previous subscription.
        ///
        /// The list of CPUs can depend on the machine, and the daemon resolves it; the set in the subscription of a
        /// decoded request is the default.
        case subscribe(Subscription, cpuList: String)
        /// No more exit records.
        case unsubscribe
        /// Counters.
        case status
        /// A description of the protocol and its fields.
        case describe

        /// The name in the protocol.
        package var method: String {
            switch self {
            case .get: "get"
            case .subscribe: "subscribe"
            case .unsubscribe: "unsubscribe"
            case .status: "status"
            case .describe: "describe"
            }
        }
    }
}

/// The identifier of a request.
package enum RequestID: Hashable, Sendable {
    /// An integer within ±2^53.
    case integer(Int64)
    /// A string of at most 128 bytes.
    case string(String)
}

/// The subject of the requested statistics.
package enum QueryTarget: Hashable, Sendable {
    /// One task.
    case pid(UInt32)
    /// All tasks of a process.
    case tgid(UInt32)
    /// The tasks of a cgroup, by the path of its version 1 directory.
    case cgroup(String)
}

/// The syntax of a cgroup path in a request, independent of existing cgroups.
package enum CgroupPath {
    /// Splits a path into its components; throws if it cannot name a cgroup on any machine.
    package static func components(of path: String) throws(ProtocolError) -> [String] {
        guard path.utf8.first == UInt8(ascii: "/"), path.utf8.count <= ProtocolLimits.cgroupPathBytes,
            !path.utf8.contains(0)
        else { throw .invalidParams("cgroup", "must be the absolute path of a cgroup version 1 directory") }
        let limit = ProtocolLimits.cgroupPathComponents
        let parts = path.utf8.split(separator: UInt8(ascii: "/"), maxSplits: limit)
        guard parts.count <= limit else {
            throw .invalidParams("cgroup", "must be a path of at most \(limit) components")
        }
        let components = parts.map { String(Substring($0)) }
        guard !components.contains("."), !components.contains("..") else {
            throw .invalidParams("cgroup", "must be a path without . and ..")
        }
        return components
    }

    /// Returns the refusal of a path that is not below a mount of cgroup version 1.
    package static func refusal(of path: String, isVersion2: Bool) -> ProtocolError {
        guard isVersion2 else {
            return ProtocolError(
                .permissionDenied, "\(path) is not below a mount of cgroup version 1", errno: "EPERM")
        }
        return ProtocolError(.unavailable, "\(path) is a cgroup of version 2, which cgroupstats does not support")
    }
}

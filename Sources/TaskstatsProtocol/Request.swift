import TaskstatsModel

/// What a client asks for.
package struct Request: Hashable, Sendable {
    /// Echoed in the answer.
    package var id: RequestID
    /// The method and what it was given.
    package var call: Call

    /// A request.
    package init(id: RequestID, call: Call) {
        self.id = id
        self.call = call
    }

    /// A method with its parameters.
    package enum Call: Hashable, Sendable {
        /// Statistics of one task, process or cgroup.
        case get(QueryTarget, fields: FieldSet)
        /// Exit records from now on, in place of what was subscribed before.
        case subscribe(SubscribeParameters)
        /// No more exit records.
        case unsubscribe
        /// Counters.
        case status
        /// What the protocol and its fields are.
        case describe

        /// The name on the wire.
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

/// What identifies a request.
package enum RequestID: Hashable, Sendable {
    /// An integer within ±2^53.
    case integer(Int64)
    /// A string of at most 128 bytes.
    case string(String)
}

/// Whose statistics are asked for.
package enum QueryTarget: Hashable, Sendable {
    /// One task.
    case pid(UInt32)
    /// All tasks of a process.
    case tgid(UInt32)
    /// The tasks of a cgroup, by the path of its version 1 directory.
    case cgroup(String)
}

/// The parameters of `subscribe`.
package struct SubscribeParameters: Hashable, Sendable {
    /// What happens to a client that does not read as fast as records come.
    package enum Overflow: String, Hashable, Sendable, CaseIterable {
        /// What does not fit is dropped, counted and told.
        case drop
        /// The connection ends.
        case disconnect
    }

    /// A list of CPUs, not yet checked against those of the machine.
    package var cpus = "all"
    /// Every task, or only what ends a process.
    package var scope = RecordScope.task
    /// The members wanted.
    package var fields = FieldSet.all
    /// The records wanted.
    package var filter = RecordFilter()
    /// What to do when the client does not keep up.
    package var overflow = Overflow.drop

    /// Everything, on every CPU.
    package init() {}
}

import TaskstatsModel

/// A line of the daemon, as decoded by a client.
package enum ServerEvent: Equatable {
    /// The first line of a connection.
    case hello(Hello)
    /// A task ended.
    case exit(ReceivedExit)
    /// Records are missing at this point.
    case lost(Loss)
    /// The connection ends for this reason.
    case closing(String)
    /// The answer to a request.
    case reply(id: Int64, Reply)
    /// The refusal of a line without a readable id.
    case refusal(ProtocolError)
    /// A notification unknown to this client, which is not an error.
    case unknown

    /// An answer.
    package enum Reply: Equatable {
        /// Statistics of a task or process.
        case stats(TaskRecord)
        /// Statistics of a cgroup.
        case cgroup(CgroupStats)
        /// The subscription in force.
        case subscription(cpus: String, fields: FieldSet)
        /// Counters.
        case status(Status)
        /// A result without content, or of a kind unknown to this client.
        case other
        /// The request was refused.
        case error(ProtocolError)
    }
}

/// An exit record and its redactions.
package struct ReceivedExit: Sendable, Equatable {
    /// The record.
    package var record: ExitRecord
    /// The withheld groups.
    package var redacted: [FieldGroup]
    /// Whether the sums of the process were withheld.
    package var isProcessWithheld = false
}

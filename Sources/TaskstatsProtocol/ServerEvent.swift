import TaskstatsModel

/// A line of the daemon, as a client reads it.
package enum ServerEvent: Equatable {
    /// The greeting.
    case hello(Hello)
    /// A task ended.
    case exit(ReceivedExit)
    /// Records are missing here.
    case lost(Loss)
    /// The connection ends, and why.
    case closing(String)
    /// The answer to a request.
    case reply(id: Int64, Reply)
    /// The refusal of a line that had no id that could be read.
    case refusal(ProtocolError)
    /// A notification that this client does not know, which is no error.
    case unknown

    /// An answer.
    package enum Reply: Equatable {
        /// Statistics of a task or process.
        case stats(TaskRecord)
        /// Statistics of a cgroup.
        case cgroup(CgroupStats)
        /// What subscription is in force.
        case subscription(cpus: String, fields: FieldSet)
        /// Counters.
        case status(Status)
        /// A result without content, or of a kind that this client does not know.
        case other
        /// The request was refused.
        case error(ProtocolError)
    }
}

/// An exit record with what the daemon withheld of it.
package struct ReceivedExit: Sendable, Equatable {
    /// The record.
    package var record: ExitRecord
    /// The groups withheld.
    package var redacted: [FieldGroup]
}

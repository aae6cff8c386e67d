import TaskstatsModel

/// A line of the daemon, as decoded by a client.
package enum ServerEvent: Equatable {
    /// The first line of a connection.
    case hello(ServerInfo)
    /// A task ended.
    case exit(ExitRecord)
    /// A process executed a program.
    case start(ProcessStart)
    /// Records are missing at this point.
    case lost(LostRecords)
    /// Everything up to this index was sent; what follows happened after that.
    case live(index: UInt64)
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
        /// Statistics of a task or process, with its origin if requested and known.
        case stats(TaskRecord, origin: ProcessOrigin? = nil)
        /// Statistics of a cgroup.
        case cgroup(CgroupStats)
        /// The effective CPUs and fields of a subscription, and the index after which it starts.
        case subscription(cpus: CPUSet, fields: FieldSet, position: UInt64? = nil)
        /// Counters.
        case status(DaemonStatus)
        /// A result without content, or of a kind unknown to this client.
        case other
        /// The request was refused.
        case error(ProtocolError)
    }
}

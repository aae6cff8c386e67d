import TaskstatsProtocol

/// The counters of this connection and, for users who can see every process, of the daemon.
public struct DaemonStatus: Hashable, Sendable {
    /// The counters of this connection.
    public struct Connection: Hashable, Sendable {
        /// Records added to its queue.
        public let delivered: UInt64
        /// Records lost because its queue was full.
        public let lostInQueue: UInt64
        /// Records that the kernel lost on the CPUs of the subscription.
        public let lostInKernel: UInt64
        /// Queued bytes.
        public let queuedBytes: Int
        /// The highest number of queued bytes so far.
        public let queueHighWater: Int
        /// The CPUs of its subscription; nil without one.
        public let cpus: String?
    }

    /// The counters of one CPU that is registered, or was since the daemon started.
    public struct CPU: Hashable, Sendable {
        /// The number of the CPU.
        public let cpu: Int
        /// The number of clients that subscribe to it.
        public let subscribers: Int
        /// Records received from the kernel while it was registered.
        public let received: UInt64
        /// Records that the kernel dropped while it was registered.
        public let lost: UInt64
        /// The receive buffer size of its socket, in bytes; 0 while the CPU is not registered.
        public let receiveBufferBytes: Int
    }

    /// The counters of the daemon.
    public struct Daemon: Hashable, Sendable {
        /// The time since the daemon started.
        public let uptime: Duration
        /// The number of connections.
        public let clients: Int
        /// The number of connections with a subscription.
        public let subscribers: Int
        /// The CPUs registered with the kernel, as a list.
        public let registeredCPUs: String
        /// The queued bytes of all clients together.
        public let queuedBytes: Int
        /// The highest number of queued bytes so far.
        public let queueHighWater: Int
        /// Every CPU that is or was registered, as many as fit into one line of the protocol.
        public let cpus: [CPU]
        /// The number of CPUs that are missing from ``cpus``.
        public let omittedCPUs: Int
    }

    /// The counters of this connection.
    public let connection: Connection
    /// Whether kernel.task_delayacct is on now; nil if the daemon does not know.
    public let delayAccounting: Bool?
    /// The counters of the daemon; nil for users who can see only their own processes.
    public let daemon: Daemon?

    init(_ status: Status) {
        connection = Connection(
            delivered: status.connection.delivered, lostInQueue: status.connection.lostInQueue,
            lostInKernel: status.connection.lostInKernel, queuedBytes: status.connection.queuedBytes,
            queueHighWater: status.connection.queueHighWater, cpus: status.connection.cpus)
        delayAccounting = status.delayAccounting
        daemon = status.daemon.map(Daemon.init)
    }
}

extension DaemonStatus.Daemon {
    fileprivate init(_ daemon: Status.Daemon) {
        uptime = .milliseconds(Int64(clamping: daemon.uptimeMilliseconds))
        clients = daemon.clients
        subscribers = daemon.subscribers
        registeredCPUs = daemon.registeredCPUs
        queuedBytes = daemon.queuedBytes
        queueHighWater = daemon.queueHighWater
        cpus = daemon.cpus.map {
            DaemonStatus.CPU(
                cpu: $0.cpu, subscribers: $0.subscribers, received: $0.received, lost: $0.lost,
                receiveBufferBytes: $0.receiveBufferBytes)
        }
        omittedCPUs = daemon.omittedCPUs
    }
}

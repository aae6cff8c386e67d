import TaskstatsProtocol

/// The counters of this connection and, for those who may see everything, of the daemon.
public struct DaemonStatus: Hashable, Sendable {
    /// The counters of this connection.
    public struct Connection: Hashable, Sendable {
        /// Records put into its queue.
        public let delivered: UInt64
        /// Records lost because its queue was full.
        public let lostInQueue: UInt64
        /// Records that the kernel lost on CPUs that it was subscribed to.
        public let lostInKernel: UInt64
        /// Bytes that wait for it.
        public let queuedBytes: Int
        /// The most bytes that ever waited.
        public let queueHighWater: Int
        /// The CPUs of its subscription; nil without one.
        public let cpus: String?
    }

    /// The counters of one registered CPU.
    public struct CPU: Hashable, Sendable {
        /// The CPU.
        public let cpu: Int
        /// How many clients want it.
        public let subscribers: Int
        /// Records received from the kernel since it was registered.
        public let received: UInt64
        /// Records that the kernel had to drop since then.
        public let lost: UInt64
        /// The size of its socket's receive buffer, in bytes.
        public let receiveBufferBytes: Int
    }

    /// The counters of the daemon.
    public struct Daemon: Hashable, Sendable {
        /// How long it has been running.
        public let uptime: Duration
        /// Connections.
        public let clients: Int
        /// Connections with a subscription.
        public let subscribers: Int
        /// The CPUs registered with the kernel, as a list.
        public let registeredCPUs: String
        /// Bytes that wait, of all clients together.
        public let queuedBytes: Int
        /// The most bytes that ever waited.
        public let queueHighWater: Int
        /// Every registered CPU, as many as a line of the protocol holds.
        public let cpus: [CPU]
        /// How many registered CPUs are missing in ``cpus``.
        public let omittedCPUs: Int
    }

    /// The counters of this connection.
    public let connection: Connection
    /// Whether kernel.task_delayacct is on now; nil when the daemon cannot tell.
    public let delayAccounting: Bool?
    /// The counters of the daemon; nil for those who may see their own processes only.
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

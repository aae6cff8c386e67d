/// The counters of a connection and, for clients that can see every process, of the daemon.
public struct DaemonStatus: Hashable, Sendable {
    /// The counters of one connection.
    public struct Connection: Hashable, Sendable {
        /// Records added to its queue.
        public var delivered: UInt64 = 0
        /// Records lost because its queue was full.
        public var lostInQueue: UInt64 = 0
        /// Records that the kernel lost on the CPUs of the subscription.
        public var lostInKernel: UInt64 = 0
        /// Queued bytes.
        public var queuedBytes = 0
        /// The peak of queued bytes.
        public var queueHighWater = 0
        /// The CPUs of its subscription; nil without one.
        public var cpus: CPUSet?

        /// Creates counters at 0.
        public init() {}
    }

    /// The counters of one CPU that is registered, or was since the daemon started.
    public struct CPU: Hashable, Sendable {
        /// The number of the CPU.
        public var cpu: Int
        /// The number of clients that subscribe to it.
        public var subscribers: Int
        /// Records received from the kernel while it was registered.
        public var received: UInt64
        /// Records that the kernel dropped while it was registered.
        public var lost: UInt64
        /// The receive buffer size of its socket, in bytes; 0 while the CPU is not registered and has no socket.
        public var receiveBufferBytes: Int

        /// Whether it is registered now.
        public var isRegistered: Bool { receiveBufferBytes > 0 }

        /// Creates the counters of a CPU.
        public init(cpu: Int, subscribers: Int, received: UInt64, lost: UInt64, receiveBufferBytes: Int) {
            self.cpu = cpu
            self.subscribers = subscribers
            self.received = received
            self.lost = lost
            self.receiveBufferBytes = receiveBufferBytes
        }
    }

    /// How the daemon learns the origin of processes.
    public struct Origin: Hashable, Sendable {
        /// How many records were delivered with a value, by its source, and without it.
        public struct Counts: Hashable, Sendable {
            /// The number of records with the value.
            public var known: [ProcessOrigin.Source: UInt64] = [:]
            /// The number of records without the value.
            public var unknown: UInt64 = 0

            /// Creates counts.
            public init(known: [ProcessOrigin.Source: UInt64] = [:], unknown: UInt64 = 0) {
                self.known = known
                self.unknown = unknown
            }

            /// Counts a record.
            package mutating func count(_ source: ProcessOrigin.Source?) {
                if let source { known[source, default: 0] += 1 } else { unknown += 1 }
            }
        }

        /// Whether the daemon receives the kernel's process events: while a client wants origins or starts.
        public var isListening = false
        /// Whether the thread that reads them runs at real-time priority; nil while it does not run.
        public var isRealTime: Bool?
        /// Whether the processes that were already running have been read.
        public var isScanned = false
        /// The number of known processes, including some that have just ended.
        public var processes = 0
        /// The memory of what is known about them, in bytes, as the daemon estimates it.
        public var memoryBytes = 0
        /// The number of process events that the kernel dropped.
        public var eventsLost: UInt64 = 0
        /// The number of starts of programs.
        public var starts: UInt64 = 0
        /// The command lines of exit records.
        public var commands = Counts()
        /// The executables of exit records.
        public var executables = Counts()
        /// The control groups of exit records.
        public var cgroups = Counts()

        /// Creates the state of a daemon that does not listen.
        public init() {}
    }

    /// The records that the daemon keeps.
    public struct History: Hashable, Sendable {
        /// The maximum size, in bytes.
        public var limitBytes: Int
        /// The size, in bytes.
        public var bytes: Int
        /// The number of records.
        public var records: Int
        /// The index of the oldest one, or of the next one if there is none.
        public var oldestIndex: UInt64
        /// The time of the oldest one, in nanoseconds since 1970; nil if there is none.
        public var oldestTime: UInt64?

        /// Creates the state of a history.
        public init(limitBytes: Int, bytes: Int, records: Int, oldestIndex: UInt64, oldestTime: UInt64?) {
            self.limitBytes = limitBytes
            self.bytes = bytes
            self.records = records
            self.oldestIndex = oldestIndex
            self.oldestTime = oldestTime
        }
    }

    /// The counters of the daemon.
    public struct Daemon: Hashable, Sendable {
        /// The time since the daemon started.
        public var uptime: Duration
        /// The number of connections.
        public var clients: Int
        /// The number of connections with a subscription.
        public var subscribers: Int
        /// The CPUs registered with the kernel.
        public var registeredCPUs: CPUSet
        /// The queued bytes of all clients together.
        public var queuedBytes: Int
        /// The peak of queued bytes.
        public var queueHighWater: Int
        /// Every CPU that is or was registered, as many as fit into one line of the protocol.
        public var cpus: [CPU]
        /// The origin of processes; nil for a daemon that cannot learn it.
        public var origin: Origin?
        /// The records that the daemon keeps; nil if it keeps none.
        public var history: History?
        /// The number of CPUs that are missing from ``cpus``.
        public var omittedCPUs = 0

        /// Creates the counters of a daemon.
        public init(
            uptime: Duration, clients: Int, subscribers: Int, registeredCPUs: CPUSet, queuedBytes: Int,
            queueHighWater: Int, cpus: [CPU]
        ) {
            self.uptime = uptime
            self.clients = clients
            self.subscribers = subscribers
            self.registeredCPUs = registeredCPUs
            self.queuedBytes = queuedBytes
            self.queueHighWater = queueHighWater
            self.cpus = cpus
        }
    }

    /// The counters of the requesting connection.
    public var connection: Connection
    /// Whether kernel.task_delayacct is on now; nil if the daemon does not know.
    public var delayAccounting: Bool?
    /// The counters of the daemon; nil for clients that can see only their own processes.
    public var daemon: Daemon?

    /// Creates a status.
    public init(connection: Connection, delayAccounting: Bool?, daemon: Daemon?) {
        self.connection = connection
        self.delayAccounting = delayAccounting
        self.daemon = daemon
    }
}

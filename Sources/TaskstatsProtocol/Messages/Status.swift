/// The answer to `status`: counters of the connection and, for clients that see everything, of the daemon.
package struct Status: Hashable, Sendable {
    /// Counters of one connection.
    package struct Connection: Hashable, Sendable {
        /// Records put into its queue.
        package var delivered: UInt64 = 0
        /// Records lost because its queue was full.
        package var lostInQueue: UInt64 = 0
        /// Records lost in the kernel on its subscribed CPUs.
        package var lostInKernel: UInt64 = 0
        /// The number of queued bytes.
        package var queuedBytes = 0
        /// The peak of queued bytes.
        package var queueHighWater = 0
        /// The CPUs of its subscription, as a list; nil without one.
        package var cpus: String?

        /// Creates counters at 0.
        package init() {}
    }

    /// Counters of one CPU that is registered or was since the daemon started.
    package struct CPU: Hashable, Sendable {
        /// The CPU.
        package var cpu: Int
        /// The number of subscribed clients.
        package var subscribers: Int
        /// Records received from the kernel while it was registered.
        package var received: UInt64
        /// Records that the kernel dropped while it was registered.
        package var lost: UInt64
        /// The size of its socket's receive buffer in bytes; 0 while it is not registered and has no socket.
        package var receiveBufferBytes: Int

        /// Whether it is registered now.
        package var isRegistered: Bool { receiveBufferBytes > 0 }

        /// Creates counters of a CPU.
        package init(cpu: Int, subscribers: Int, received: UInt64, lost: UInt64, receiveBufferBytes: Int) {
            self.cpu = cpu
            self.subscribers = subscribers
            self.received = received
            self.lost = lost
            self.receiveBufferBytes = receiveBufferBytes
        }
    }

    /// Counters of the daemon.
    package struct Daemon: Hashable, Sendable {
        /// The time since its start, in milliseconds.
        package var uptimeMilliseconds: UInt64
        /// The number of connections.
        package var clients: Int
        /// The number of connections with a subscription.
        package var subscribers: Int
        /// The CPUs registered with the kernel, as a list.
        package var registeredCPUs: String
        /// The number of bytes queued for all clients.
        package var queuedBytes: Int
        /// The peak of queued bytes.
        package var queueHighWater: Int
        /// Every CPU that is or was registered, as far as they fit in a line.
        package var cpus: [CPU]
        /// The number of registered CPUs missing in `cpus` because they did not fit in the line.
        package var omittedCPUs = 0

        /// Creates counters of a daemon.
        package init(
            uptimeMilliseconds: UInt64, clients: Int, subscribers: Int, registeredCPUs: String, queuedBytes: Int,
            queueHighWater: Int, cpus: [CPU]
        ) {
            self.uptimeMilliseconds = uptimeMilliseconds
            self.clients = clients
            self.subscribers = subscribers
            self.registeredCPUs = registeredCPUs
            self.queuedBytes = queuedBytes
            self.queueHighWater = queueHighWater
            self.cpus = cpus
        }
    }

    /// Counters of the requesting connection.
    package var connection: Connection
    /// Whether kernel.task_delayacct is on now; nil when unknown.
    package var delayAccounting: Bool?
    /// Counters of the daemon, for access `all`.
    package var daemon: Daemon?

    /// Creates an answer.
    package init(connection: Connection, delayAccounting: Bool?, daemon: Daemon?) {
        self.connection = connection
        self.delayAccounting = delayAccounting
        self.daemon = daemon
    }
}

extension Status {
    /// Writes the result.
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.key("connection")
            writer.object { writer in
                writer.field("delivered", connection.delivered)
                writer.field("lost_in_queue", connection.lostInQueue)
                writer.field("lost_in_kernel", connection.lostInKernel)
                writer.field("queued_bytes", connection.queuedBytes)
                writer.field("queue_high_water", connection.queueHighWater)
                if let cpus = connection.cpus { writer.field("cpus", cpus) }
            }
            if let delayAccounting { writer.field("delay_accounting", delayAccounting) }
            guard let daemon else { return }
            writer.key("daemon")
            writer.object { daemon.write(to: &$0) }
        }
    }

    /// Decodes the result; a missing counter is 0.
    init(_ result: JSONValue) {
        let counters = result["connection"]
        var connection = Connection()
        connection.delivered = UInt64(counters.count("delivered"))
        connection.lostInQueue = UInt64(counters.count("lost_in_queue"))
        connection.lostInKernel = UInt64(counters.count("lost_in_kernel"))
        connection.queuedBytes = counters.count("queued_bytes")
        connection.queueHighWater = counters.count("queue_high_water")
        connection.cpus = counters?["cpus"]?.string
        self.init(
            connection: connection, delayAccounting: result["delay_accounting"]?.bool,
            daemon: result["daemon"].map(Daemon.init))
    }
}

extension Status.CPU {
    /// More than the maximum length of a CPU's entry, including the end of the line after it.
    fileprivate static let sizeLimit = 256
}

extension Status.Daemon {
    func write(to writer: inout JSONWriter) {
        writer.field("uptime_ms", uptimeMilliseconds)
        writer.field("clients", clients)
        writer.field("subscribers", subscribers)
        writer.field("registered_cpus", registeredCPUs)
        writer.field("queued_bytes", queuedBytes)
        writer.field("queue_high_water", queueHighWater)
        writer.key("cpus")
        var written = 0
        writer.array { writer in
            for cpu in cpus {
                // About six hundred fit: more than most machines have, fewer than the largest.
                guard writer.bytes.count + Status.CPU.sizeLimit < ProtocolLimits.lineBytes else { break }
                written += 1
                writer.object { writer in
                    writer.field("cpu", cpu.cpu)
                    writer.field("subscribers", cpu.subscribers)
                    writer.field("received", cpu.received)
                    writer.field("lost", cpu.lost)
                    writer.field("receive_buffer_bytes", cpu.receiveBufferBytes)
                }
            }
        }
        let omitted = cpus.count - written + omittedCPUs
        if omitted > 0 { writer.field("cpus_omitted", omitted) }
    }

    init(_ value: JSONValue) {
        self.init(
            uptimeMilliseconds: UInt64(value.count("uptime_ms")), clients: value.count("clients"),
            subscribers: value.count("subscribers"), registeredCPUs: value["registered_cpus"]?.string ?? "",
            queuedBytes: value.count("queued_bytes"), queueHighWater: value.count("queue_high_water"),
            cpus: (value["cpus"]?.elements ?? []).map { cpu in
                Status.CPU(
                    cpu: cpu.count("cpu"), subscribers: cpu.count("subscribers"),
                    received: UInt64(cpu.count("received")), lost: UInt64(cpu.count("lost")),
                    receiveBufferBytes: cpu.count("receive_buffer_bytes"))
            })
        omittedCPUs = value.count("cpus_omitted")
    }
}

extension JSONValue {
    /// Returns the value of a key if it is a non-negative integer, or 0.
    fileprivate func count(_ name: String) -> Int { self[name]?.integer.map { max(0, Int($0)) } ?? 0 }
}

extension JSONValue? {
    fileprivate func count(_ name: String) -> Int { self.map { $0.count(name) } ?? 0 }
}

import TaskstatsModel

// The answer to `status`.

extension DaemonStatus {
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
                if let cpus = connection.cpus { writer.field("cpus", cpus.description) }
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
        connection.cpus = counters?["cpus"]?.string.flatMap { try? CPUSet(kernelList: $0) }
        self.init(
            connection: connection, delayAccounting: result["delay_accounting"]?.bool,
            daemon: result["daemon"].map(Daemon.init))
    }
}

extension DaemonStatus.CPU {
    /// More than the maximum length of a CPU's entry, including the end of the line after it.
    fileprivate static let sizeLimit = 256
}

extension DaemonStatus.Daemon {
    func write(to writer: inout JSONWriter) {
        writer.field("uptime_ms", uptime.wholeNanoseconds / 1_000_000)
        writer.field("clients", clients)
        writer.field("subscribers", subscribers)
        writer.field("registered_cpus", registeredCPUs.description)
        writer.field("queued_bytes", queuedBytes)
        writer.field("queue_high_water", queueHighWater)
        if let origin {
            writer.key("origin")
            writer.object { origin.write(to: &$0) }
        }
        if let history {
            writer.key("history")
            writer.object { history.write(to: &$0) }
        }
        writer.key("cpus")
        var written = 0
        writer.array { writer in
            for cpu in cpus {
                // About six hundred fit: more than most machines have, fewer than the largest.
                guard writer.bytes.count + DaemonStatus.CPU.sizeLimit < ProtocolLimits.lineBytes else { break }
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
            uptime: .milliseconds(value.count("uptime_ms")), clients: value.count("clients"),
            subscribers: value.count("subscribers"),
            registeredCPUs: (value["registered_cpus"]?.string).flatMap { try? CPUSet(kernelList: $0) } ?? CPUSet(),
            queuedBytes: value.count("queued_bytes"), queueHighWater: value.count("queue_high_water"),
            cpus: (value["cpus"]?.elements ?? []).map { cpu in
                DaemonStatus.CPU(
                    cpu: cpu.count("cpu"), subscribers: cpu.count("subscribers"),
                    received: UInt64(cpu.count("received")), lost: UInt64(cpu.count("lost")),
                    receiveBufferBytes: cpu.count("receive_buffer_bytes"))
            })
        omittedCPUs = value.count("cpus_omitted")
        origin = value["origin"].map(DaemonStatus.Origin.init)
        history = value["history"].map(DaemonStatus.History.init)
    }
}

extension DaemonStatus.History {
    func write(to writer: inout JSONWriter) {
        writer.field("limit_bytes", limitBytes)
        writer.field("bytes", bytes)
        writer.field("records", records)
        writer.field("oldest_index", oldestIndex)
        if let oldestTime { writer.field("oldest_time", oldestTime) }
    }

    init(_ value: JSONValue) {
        self.init(
            limitBytes: value.count("limit_bytes"), bytes: value.count("bytes"), records: value.count("records"),
            oldestIndex: UInt64(value.count("oldest_index")),
            oldestTime: value["oldest_time"]?.integer.flatMap(UInt64.init(exactly:)))
    }
}

extension DaemonStatus.Origin {
    func write(to writer: inout JSONWriter) {
        writer.field("listening", isListening)
        if let isRealTime { writer.field("realtime", isRealTime) }
        writer.field("scanned", isScanned)
        writer.field("processes", processes)
        writer.field("memory_bytes", memoryBytes)
        writer.field("events_lost", eventsLost)
        writer.field("starts", starts)
        for (name, counts) in [
            ("command_args", commands), ("executable", executables), ("cgroup", cgroups),
        ] {
            writer.key(name)
            writer.object { writer in
                for source in ProcessOrigin.Source.allCases {
                    writer.field(source.rawValue, counts.known[source] ?? 0)
                }
                writer.field("unknown", counts.unknown)
            }
        }
    }

    init(_ value: JSONValue) {
        self.init()
        isListening = value["listening"]?.bool ?? false
        isRealTime = value["realtime"]?.bool
        isScanned = value["scanned"]?.bool ?? false
        processes = value.count("processes")
        memoryBytes = value.count("memory_bytes")
        eventsLost = UInt64(value.count("events_lost"))
        starts = UInt64(value.count("starts"))
        commands = Counts(value["command_args"])
        executables = Counts(value["executable"])
        cgroups = Counts(value["cgroup"])
    }
}

extension DaemonStatus.Origin.Counts {
    fileprivate init(_ value: JSONValue?) {
        self.init()
        for source in ProcessOrigin.Source.allCases {
            let count = value.count(source.rawValue)
            if count > 0 { known[source] = UInt64(count) }
        }
        unknown = UInt64(value.count("unknown"))
    }
}

extension JSONValue {
    /// Returns the value of a key if it is a non-negative integer, or 0.
    fileprivate func count(_ name: String) -> Int { self[name]?.integer.map { max(0, Int($0)) } ?? 0 }
}

extension JSONValue? {
    fileprivate func count(_ name: String) -> Int { self.map { $0.count(name) } ?? 0 }
}

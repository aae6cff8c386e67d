import TaskstatsBroker
import TaskstatsModel
import TaskstatsProtocol

/// What the decisions cost on a machine that is not here: the pure broker with any number of CPUs and clients, fed with
/// records as the daemon feeds it, and emptied as the daemon empties it, without a system call.
struct BrokerBench {
    /// What the clients subscribe to.
    enum Mask: String, CaseIterable {
        /// One CPU each, in turn.
        case one
        /// The CPUs of one node each, in turn.
        case node
        /// All CPUs.
        case all
        /// All CPUs, each with a filter of its own, which every record satisfies.
        case allOwnFilter = "all-own-filter"
        /// CPUs on which nothing ends.
        case elsewhere
        /// All CPUs, each with a filter of its own, which no record satisfies.
        case noMatch = "no-match"
    }

    let cpus: Int
    let clients: Int
    let mask: Mask

    private static let cpusPerNode = 32
    /// The records between two rounds of sending, as many as a busy millisecond brings.
    private static let recordsPerIteration = 32
    private static let leastNanoseconds: UInt64 = 300_000_000

    /// Returns a broker with the clients.
    func subscribed() -> Broker {
        var broker = Broker(settings())
        for number in 0..<clients { subscribe(number, to: &broker) }
        _ = Self.drain(&broker)
        return broker
    }

    func run() -> String {
        let before = Measure.residentBytes()
        var broker = subscribed()
        let subscribed = Measure.residentBytes()

        var samples = BusyRecords.exits(Self.recordsPerIteration)
        var records = 0
        func turn() -> Int {
            for index in samples.indices {
                samples[index].cpu = mask == .elsewhere ? 0 : records % cpus
                broker.exited(&samples[index])
                records += 1
            }
            return Self.drain(&broker)
        }
        // Every CPU once, so that what grows at first has grown.
        while records < cpus { _ = turn() }
        records = 0
        var sentBytes = 0
        let start = Measure.threadCPU()
        while Measure.threadCPU() - start < Self.leastNanoseconds || records % cpus != 0 { sentBytes += turn() }
        let nanoseconds = Double(Measure.threadCPU() - start)

        let served = Measure.residentBytes()
        let deliveries = records * clients / divisor
        return """
            {"cpus":\(cpus),"clients":\(clients),"mask":"\(mask.rawValue)","records":\(records),\
            "deliveries_per_record":\(Double(deliveries) / Double(records)),"sent_bytes":\(sentBytes),\
            "ns_per_record":\(nanoseconds / Double(records)),"bytes_per_client":\((subscribed - before) / clients),\
            "bytes_per_client_served":\((served - before) / clients)}
            """
    }

    /// How many clients there are for each that gets a record; more than there are clients when none gets any.
    private var divisor: Int {
        switch mask {
        case .one: cpus
        case .node: (cpus + Self.cpusPerNode - 1) / Self.cpusPerNode
        case .all, .allOwnFilter: 1
        case .elsewhere, .noMatch: .max
        }
    }

    private func subscription(_ number: Int) -> Subscription {
        var parameters = Subscription()
        switch mask {
        case .one:
            parameters.cpus = [number % cpus]
        case .node:
            let first = number % divisor * Self.cpusPerNode
            parameters.cpus = CPUSet(first..<min(first + Self.cpusPerNode, cpus))
        case .all:
            break
        case .allOwnFilter:
            parameters.filter.uids = [0, UInt32(1_000_000 + number)]
        case .elsewhere:
            parameters.cpus = CPUSet(1..<cpus)
        case .noMatch:
            parameters.filter.uids = [UInt32(1_000_000 + number)]
        }
        return parameters
    }

    private func subscribe(_ number: Int, to broker: inout Broker) {
        let peer = PeerIdentity(Caller(uid: 0, gid: 0, groups: []), sharesPIDNamespace: true)
        let host = HostState(onlineCPUs: CPUSet(0..<cpus), delayAccounting: true)
        guard case .admitted(let id) = broker.admit(peer.caller, at: 0, identify: { peer }, host: host),
            case .register(let pending) = broker.handle(
                Request(id: .integer(1), call: .subscribe(subscription(number))), from: id, at: 0)
        else { preconditionFailure("the broker refuses a client of the bench") }
        _ = broker.complete(pending, registration: nil, time: 0) { _ in 1 }
    }

    /// Sends everything that waits, to nobody; returns how many bytes that were.
    static func drain(_ broker: inout Broker) -> Int {
        let chunksPerSend = 64
        var total = 0
        for id in broker.takeDirtyClients() {
            while broker.unsentBytes(of: id) > 0 {
                var bytes = 0
                unsafe broker.forEachChunk(of: id, limit: chunksPerSend) { bytes += $0.count }
                broker.sent(bytes, to: id)
                total += bytes
            }
        }
        return total
    }

    func settings() -> BrokerSettings {
        var limits = BrokerLimits()
        limits.connectionsPerUID = clients
        limits.connectionsInAll = clients
        limits.queueBytesPerUID = .max
        limits.queueBytesInAll = .max
        return BrokerSettings(
            server: "bench", instance: "0", kernelRelease: "6.18", taskstatsVersion: 16,
            possibleCPUs: CPUSet(0..<cpus), policy: AccessPolicy(), limits: limits)
    }
}

import TaskstatsModel
import TaskstatsProtocol
import Testing

@testable import TaskstatsBroker

/// Plays the daemon around a broker, without descriptor and with a clock of its own.
///
/// It carries out what the broker says: registered CPUs are a set, a client's socket is a list of bytes that grows when
/// the test says that the client reads. After every input it compares the registered CPUs with those that subscriptions
/// want, so that no test can forget to.
final class TestHost {
    private var broker: Broker
    /// The CPUs that the kernel of this host sends records for.
    private(set) var registered = CPUSet()
    /// How often each CPU was registered.
    private(set) var registrations: [Int: Int] = [:]
    /// CPUs that the kernel refuses to register.
    var refusedCPUs = CPUSet()
    /// Whether registrations wait until ``completeRegistrations()``.
    var delaysRegistrations = false
    /// What the kernel says to queries.
    var queryAnswer: (Broker.Query) -> Broker.QueryAnswer = { _ in
        .refusal(ProtocolError(.noSuchTask, "no such task"))
    }
    /// What the daemon counts of its CPUs.
    var cpuCounters: [Status.CPU] = []
    /// The time, which goes on only when a test says so; in nanoseconds.
    var now: UInt64 = 7_000_000_000
    private var pending: [Broker.PendingSubscription] = []
    private var sequences: [Int: UInt64] = [:]

    init(_ settings: BrokerSettings = .sample()) { broker = Broker(settings) }

    // MARK: Connections

    /// Connects a peer that is expected to be let in.
    func connect(_ peer: PeerIdentity = .root) throws -> TestClient {
        guard case .admitted(let id) = admit(peer) else { throw NotAdmitted() }
        return TestClient(id: id, host: self)
    }

    struct NotAdmitted: Error {}

    /// Connects a peer that is expected to be refused, and returns the lines that it gets.
    func refusal(of peer: PeerIdentity) -> [ServerEvent]? {
        guard case .refused(let lines, _) = admit(peer) else { return nil }
        return lines.compactMap { TestClient.event(in: $0.dropLast()) }
    }

    private func admit(_ peer: PeerIdentity) -> Broker.Admission {
        broker.admit(uid: peer.uid, at: now, identify: { peer }, host: .sample)
    }

    /// The connection of a client ends.
    func disconnect(_ id: ClientID) {
        deregister(broker.remove(id))
        checkRegistrations()
    }

    // MARK: Looking

    func isConnected(_ id: ClientID) -> Bool { broker.access(of: id) != nil }

    func isFinished(_ id: ClientID) -> Bool { broker.isFinished(id) }

    func wantsRequests(of id: ClientID) -> Bool { broker.wantsRequests(of: id) }

    func mustRest(_ id: ClientID) -> Bool { broker.mustRest(id, at: now) }

    func subscribedCPUs(of id: ClientID) -> CPUSet { broker.subscribedCPUs(of: id) }

    func unsentBytes(of id: ClientID) -> Int { broker.unsentBytes(of: id) }

    /// The exits that were put into a client's queue.
    func delivered(to id: ClientID) -> UInt64 { broker.clients[id]?.counters.delivered ?? 0 }

    /// How many uids the broker remembers.
    var accountCount: Int { broker.accounts.count }

    /// Whether nothing is held, and within a second nothing will be remembered.
    var isBalanced: Bool { broker.isBalanced(at: now + 1_000_000_000) }

    /// The pieces of memory that wait to be sent to a client.
    func addresses(of id: ClientID) -> [Range<UInt>] {
        var ranges: [Range<UInt>] = []
        unsafe broker.forEachPiece(of: id, limit: .max) { piece in
            let start = UInt(bitPattern: piece.baseAddress)
            ranges.append(start..<start + UInt(piece.count))
        }
        return ranges
    }

    /// Every client is told that the daemon ends.
    func shutDown() { broker.shutDown(reason: "the test is over") }

    // MARK: Requests

    /// A client's line arrives; it is not even looked at while the broker wants none.
    @discardableResult func receive(_ line: String, from id: ClientID) -> Bool {
        guard broker.wantsRequests(of: id) else { return false }
        let request = unsafe Array(line.utf8).withUnsafeBytes { bytes in
            Result { () throws(RequestDecoder.Failure) in try unsafe RequestDecoder.decode(bytes) }
        }
        switch request {
        case .success(let request): carryOut(broker.handle(request, from: id, at: now))
        case .failure(let failure): broker.reject(failure, from: id, at: now)
        }
        checkRegistrations()
        return true
    }

    /// A client's line turned out to be too long.
    func receiveLongLine(from id: ClientID) { broker.rejectLongLine(from: id, at: now) }

    private func carryOut(_ action: Broker.RequestAction) {
        switch action {
        case .answered, .refused: break
        case .query(let query): broker.answer(query, with: queryAnswer(query))
        case .register(let subscription):
            pending.append(subscription)
            if !delaysRegistrations { completeRegistrations() }
        case .deregister(let cpus): deregister(cpus)
        case .status(let query):
            broker.answer(
                query, cpus: query.includesDaemon ? cpuCounters : [], uptimeMilliseconds: 12, host: .sample)
        }
    }

    /// Registers what waits to be registered: for each subscription all of its new CPUs or none.
    func completeRegistrations() {
        let subscriptions = pending
        pending = []
        for subscription in subscriptions {
            #expect(subscription.newCPUs.intersection(registered).isEmpty, "registered twice")
            let isRefused = !subscription.newCPUs.intersection(refusedCPUs).isEmpty
            if !isRefused {
                registered = registered.union(subscription.newCPUs)
                for cpu in subscription.newCPUs {
                    registrations[cpu, default: 0] += 1
                    sequences[cpu] = 0
                }
            }
            let failure = ProtocolError(.kernelError, "no buffer for that CPU", errno: "ENOMEM")
            registered = registered.subtracting(
                broker.complete(subscription, registration: isRefused ? failure : nil))
        }
        checkRegistrations()
    }

    private func deregister(_ cpus: CPUSet) {
        #expect(cpus.subtracting(registered).isEmpty, "deregistered without being registered")
        registered = registered.subtracting(cpus)
    }

    private func checkRegistrations() {
        guard pending.isEmpty else { return }
        let wanted = broker.wantedCPUs
        #expect(registered == wanted, "the registered CPUs are not those that subscriptions want")
    }

    // MARK: The kernel

    /// A task ends; returns its number on the CPU, or nil when nobody listens there.
    @discardableResult func end(_ task: EndedTask) -> UInt64? {
        guard registered.contains(task.cpu) else { return nil }
        let sequence = sequences[task.cpu, default: 0] + 1
        sequences[task.cpu] = sequence
        broker.exited(task.record(sequence: sequence))
        return sequence
    }

    /// Tasks end one after the other.
    func end(_ tasks: [EndedTask]) {
        for task in tasks { end(task) }
    }

    /// A record comes in as it is.
    func exited(_ record: ExitRecord) { broker.exited(record) }

    /// The kernel drops records of a CPU; false when nobody listens there.
    @discardableResult func lose(_ count: UInt64, cpu: Int) -> Bool {
        guard registered.contains(cpu) else { return false }
        sequences[cpu, default: 0] += count
        broker.lost(cpu: cpu, count: count)
        return true
    }

    // MARK: Sending

    /// Takes up to so many bytes of what waits for a client, as a socket with that much room does.
    func send(_ limit: Int, to id: ClientID) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < limit, broker.unsentBytes(of: id) > 0 {
            var some: [UInt8] = []
            unsafe broker.forEachPiece(of: id, limit: 3) { piece in unsafe some += piece }
            some = Array(some.prefix(limit - bytes.count))
            broker.sent(some.count, to: id)
            bytes += some
        }
        if isConnected(id), broker.isFinished(id) { disconnect(id) }
        return bytes
    }
}

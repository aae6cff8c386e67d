import TaskstatsModel
import TaskstatsProtocol
import Testing

@testable import TaskstatsBroker

/// A daemon around a broker, without descriptors and with its own clock.
///
/// It carries out the broker's actions: registered CPUs are a set, and a client's socket is a list of bytes that grows
/// when the test lets the client read. After every input it compares the registered CPUs with those of the
/// subscriptions, so that no test can omit this.
final class TestHost {
    private var broker: Broker
    var needsStarts: Bool { broker.needsStarts }
    /// The CPUs for which the kernel of this host sends records.
    private(set) var registered = CPUSet()
    /// How often each CPU was registered.
    private(set) var registrations: [Int: Int] = [:]
    /// CPUs that the kernel refuses to register.
    var refusedCPUs = CPUSet()
    /// Whether registrations wait until ``completeRegistrations()``.
    var delaysRegistrations = false
    /// The kernel's answers to queries.
    var queryAnswer: (Broker.Query) -> Broker.QueryAnswer = { _ in
        .refusal(ProtocolError(.noSuchTask, "no such task"))
    }
    /// The daemon's counters of its CPUs.
    var cpuCounters: [DaemonStatus.CPU] = []
    /// The time in nanoseconds, which advances only on a test's request.
    var now: UInt64 = 7_000_000_000
    /// The system clock, in nanoseconds since 1970, which advances only on a test's request.
    var time: UInt64 = 1_795_400_000_000_000_000
    private var pending: [Broker.PendingSubscription] = []
    private var sequences: [Int: UInt64] = [:]

    init(_ settings: BrokerSettings = .sample()) { broker = Broker(settings) }

    // MARK: Connections

    /// Connects a peer that must be admitted.
    func connect(_ peer: PeerIdentity = .root) throws -> TestClient {
        guard case .admitted(let id) = admit(peer) else { throw NotAdmitted() }
        return TestClient(id: id, host: self)
    }

    struct NotAdmitted: Error {}

    /// Connects a peer that must be refused, and returns the lines that it receives.
    func refusal(of peer: PeerIdentity) -> [ServerEvent]? {
        guard case .refused(let lines, _) = admit(peer) else { return nil }
        return lines.compactMap { TestClient.event(in: $0.dropLast()) }
    }

    private func admit(_ peer: PeerIdentity) -> Broker.Admission {
        broker.admit(peer.caller, at: now, identify: { peer }, host: .sample)
    }

    /// Ends the connection of a client.
    func disconnect(_ id: ClientID, connectionStaysOpen: Bool = false) {
        deregister(broker.remove(id, connectionStaysOpen: connectionStaysOpen))
        checkRegistrations()
    }

    /// Closes the connection of a client that was disconnected.
    func closed(_ id: ClientID) { broker.closed(id) }

    /// Ends a connection from the daemon's side.
    func end(_ id: ClientID, reason: String) { broker.end(id, reason: reason) }

    // MARK: State

    func isConnected(_ id: ClientID) -> Bool { broker.access(of: id) != nil }

    func isFinished(_ id: ClientID) -> Bool { broker.isFinished(id) }

    func wantsRequests(of id: ClientID) -> Bool { broker.wantsRequests(of: id) }

    func mustThrottle(_ id: ClientID) -> Bool { broker.mustThrottle(id, at: now) }

    func subscribedCPUs(of id: ClientID) -> CPUSet { broker.subscribedCPUs(of: id) }

    func unsentBytes(of id: ClientID) -> Int { broker.unsentBytes(of: id) }

    /// Returns the number of exits put into a client's queue.
    func delivered(to id: ClientID) -> UInt64 { broker.clients[id]?.counters.delivered ?? 0 }

    /// The number of quotas that the broker remembers.
    var accountCount: Int { broker.quotas.count }

    /// Whether all resources are released, and all quotas will be purged within a second.
    var isBalanced: Bool { broker.isBalanced(at: now + 1_000_000_000) }

    /// Returns the memory ranges queued for a client.
    func addresses(of id: ClientID) -> [Range<UInt>] {
        var ranges: [Range<UInt>] = []
        unsafe broker.forEachChunk(of: id, limit: .max) { piece in
            let start = UInt(bitPattern: piece.baseAddress)
            ranges.append(start..<start + UInt(piece.count))
        }
        return ranges
    }

    /// Returns the size of the union of memory ranges.
    static func length(of ranges: [Range<UInt>]) -> Int {
        var (length, end): (Int, UInt) = (0, 0)
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) where range.upperBound > end {
            length += Int(range.upperBound - max(range.lowerBound, end))
            end = range.upperBound
        }
        return length
    }

    /// Begins a loop iteration after a time.
    func iterate(after nanoseconds: UInt64 = 1_000_000) {
        now += nanoseconds
        broker.beginIteration(at: now)
    }

    /// Notifies every client that the daemon is stopping.
    func shutDown() { broker.shutDown(reason: "the test is over") }

    // MARK: Requests

    /// Receives a client's line, unless the broker reads none now.
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

    /// Receives a line that is too long.
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
                query, cpus: query.includesDaemon ? cpuCounters : [], uptime: .milliseconds(12), host: .sample)
        }
    }

    /// Completes pending registrations: for each subscription all of its new CPUs, or none.
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
                broker.complete(subscription, registration: isRefused ? failure : nil, time: time) {
                    sequences[$0].map { $0 + 1 }
                })
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

    // MARK: The history

    /// Keeps records of all CPUs.
    func keepHistory(bytes: Int, withOrigin: Bool = false) {
        let cpus = broker.possibleCPUs
        registered = cpus
        for cpu in cpus { sequences[cpu] = 0 }
        broker.keepHistory(of: cpus, limitBytes: bytes, withOrigin: withOrigin, since: time)
    }

    /// Continues all replays as far as there is room.
    func replay() {
        for id in broker.takeReplays() { while broker.replay(id) == .more {} }
    }

    /// Continues a replay by one step.
    func replayStep(_ id: ClientID) -> Broker.ReplayStep { broker.replay(id) }

    // MARK: The kernel

    /// Ends a task; returns its number on the CPU, or nil when there is no subscriber.
    @discardableResult func end(_ task: EndedTask) -> UInt64? {
        guard registered.contains(task.cpu) else { return nil }
        let sequence = sequences[task.cpu, default: 0] + 1
        sequences[task.cpu] = sequence
        exited(task.record(sequence: sequence))
        return sequence
    }

    /// Ends tasks one after the other.
    func end(_ tasks: [EndedTask]) {
        for task in tasks { end(task) }
    }

    /// Passes a record on unchanged.
    func exited(_ record: ExitRecord) {
        var record = record
        broker.exited(&record)
    }

    /// Drops records of a CPU in the kernel; false when there is no subscriber.
    @discardableResult func lose(_ count: UInt64, cpu: Int) -> Bool {
        guard registered.contains(cpu) else { return false }
        sequences[cpu, default: 0] += count
        broker.lost(cpu: cpu, count: count)
        return true
    }

    /// Starts a program.
    func start(_ start: ProcessStart) { broker.started(start) }

    /// Drops starts in the kernel.
    func loseStarts(_ count: UInt64) { broker.lostStarts(count) }

    // MARK: Sending

    /// Sends up to `limit` queued bytes to a client, as a socket with that much room does.
    func send(_ limit: Int, to id: ClientID) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < limit, broker.unsentBytes(of: id) > 0 {
            var some: [UInt8] = []
            unsafe broker.forEachChunk(of: id, limit: 3) { piece in unsafe some += piece }
            some = Array(some.prefix(limit - bytes.count))
            broker.sent(some.count, to: id)
            bytes += some
        }
        if isConnected(id), broker.isFinished(id) { disconnect(id) }
        return bytes
    }
}

import TaskstatsModel
import TaskstatsProtocol

/// Everything that decides: who may ask, who gets which record, what is dropped, what is charged to whom.
///
/// The broker is a pure state machine: an input goes in, an action comes out, and lines wait in the outboxes of clients.
/// It has no descriptor and no clock: what depends on time is told the time. Its invariants:
/// - A CPU is registered exactly as long as some subscription wants it; every input that changes that says which CPUs to
///   register before, or to deregister after.
/// - A record goes to exactly the clients whose CPUs, scope, filter and access match, once, or is counted as lost for
///   them; a loss is told before the next line of the client that it concerns.
/// - Every byte that waits is charged to a uid, and released when it was sent or given up.
/// Answers are never dropped: instead a client that does not read is not read from.
package struct Broker: ~Copyable {
    let settings: BrokerSettings
    let accounts: Accounts
    var clients: [ClientID: Client] = [:]
    var routes: RouteTable
    var dirty: [Client] = []
    /// Interests with lines that were not handed to their subscribers so far.
    var pending: [Interest] = []
    /// The lines of the record that is being routed, by what they show; their bytes stand in `scratch`.
    var encoded: [EncodedLine] = []
    var scratch = ByteBuffer(capacity: 4 * RecordEncoder.exitLineLimit)
    private var connectionsSoFar: UInt64 = 0

    struct EncodedLine {
        let fields: FieldSet
        let redactsIO: Bool
        let range: Range<Int>
    }

    /// A broker without clients.
    package init(_ settings: BrokerSettings) {
        self.settings = settings
        accounts = Accounts(settings.limits)
        routes = RouteTable(possible: settings.possibleCPUs)
    }

    // MARK: Connections

    /// What becomes of a new connection.
    package enum Admission {
        /// It is a client; `hello` waits for it.
        case admitted(ClientID)
        /// It is not; these lines say why and are all that it gets.
        case refused(lines: [[UInt8]], reason: String)
    }

    /// A connection came in, whose effective uid the kernel has told.
    ///
    /// Everything else about it is looked up only when its uid may have one more connection.
    package mutating func admit<Failure: Error>(
        uid: UInt32, at now: UInt64, identify: () throws(Failure) -> PeerIdentity, host: @autoclosure () -> HostState
    ) throws(Failure) -> Admission {
        let account = accounts.account(of: uid, at: now)
        if let limit = connectionLimit(account, at: now) {
            let reason = "too many connections: \(limit.text)"
            return .refused(lines: [ServerLine.closing(reason: reason, limit: limit).array], reason: reason)
        }
        _ = account.newConnections.take(at: now)
        let peer = try identify()
        let access = settings.policy.access(of: peer)
        if case .none(let reason) = access {
            let hello = ServerLine.hello(hello(peer, access, host())).array
            return .refused(lines: [hello, ServerLine.closing(reason: reason).array], reason: reason)
        }
        accounts.open(account)
        connectionsSoFar += 1
        let client = Client(id: ClientID(number: connectionsSoFar), access: access, account: account)
        clients[client.id] = client
        send(ServerLine.hello(hello(peer, access, host())), to: client)
        return .admitted(client.id)
    }

    /// A connection ended, for whatever reason; these CPUs are to be deregistered.
    package mutating func remove(_ id: ClientID) -> CPUSet {
        handOut()
        guard let client = clients.removeValue(forKey: id) else { return CPUSet() }
        accounts.release(client.outbox.unsentBytes, from: client.account)
        client.outbox.removeAll()
        accounts.close(client.account)
        return routes.remove(client)
    }

    /// The daemon ends: every client is told, and gets nothing more.
    package mutating func shutDown(reason: String) {
        handOut()
        for client in clients.values where !client.isClosing { close(client, reason: reason) }
    }

    // MARK: Looking

    /// The CPUs that are to be registered now.
    package var wantedCPUs: CPUSet { routes.wanted }

    /// The CPUs of a client's subscription.
    package func subscribedCPUs(of id: ClientID) -> CPUSet { clients[id]?.interest?.key.cpus ?? CPUSet() }

    /// Whether requests of a client are to be read now: not while what waits, for it or for others, is at a limit.
    ///
    /// A client for whom nothing waits is read from in any case, or the full queues of others could silence it.
    package mutating func wantsRequests(of id: ClientID) -> Bool {
        handOut()
        guard let client = clients[id], !client.isClosing else { return false }
        return client.outbox.unsentBytes == 0 || hasRoom(client, for: 1)
    }

    /// The bytes that wait for all clients together.
    package var unsentBytes: Int { accounts.unsentBytes }

    /// The most bytes that waited for all clients together since this was last asked.
    package func takeMostUnsentBytes() -> Int { accounts.takeMost() }

    /// What a client may see.
    package func access(of id: ClientID) -> AccessPolicy.Access? { clients[id]?.access }

    /// Whether nothing at all is held for anybody; who was there less than a second ago may still be remembered.
    package func isBalanced(at now: UInt64) -> Bool {
        accounts.forgetUnused(at: now)
        return clients.isEmpty && accounts.areEmpty && routes.isEmpty
    }

    private func hello(_ peer: PeerIdentity, _ access: AccessPolicy.Access, _ host: HostState) -> Hello {
        var reason: String?
        if case .none(let text) = access { reason = text }
        return Hello(
            server: settings.server, instance: settings.instance, kernelRelease: settings.kernelRelease,
            taskstatsVersion: settings.taskstatsVersion, possibleCPUs: settings.possibleCPUs.description,
            onlineCPUs: host.onlineCPUs, delayAccounting: host.delayAccounting, uid: peer.uid, access: access.tier,
            reason: reason,
            limits: limits(of: peer, access))
    }

    private func limits(of peer: PeerIdentity, _ access: AccessPolicy.Access) -> Hello.Limits {
        var limits = Hello.Limits(
            queueBytes: settings.limits.queueBytes, connectionsPerUID: settings.limits.connectionsPerUID)
        if peer.uid != 0 { limits.connectionsPerSecond = settings.limits.connectionsPerSecond }
        if access.tier == .own { limits.requestsPerSecond = settings.limits.requestsPerSecond }
        return limits
    }
}

import TaskstatsModel
import TaskstatsProtocol

/// Makes all decisions: access, routing of records, dropping, and charging.
///
/// The broker is a pure state machine: it takes inputs, returns actions, and adds lines to the outboxes of clients. It
/// has no descriptor and no clock; callers pass the time. Its invariants:
/// - A CPU is registered exactly as long as some subscription includes it; every input that changes this returns the
///   CPUs to register before, or to deregister afterwards.
/// - A record is sent once to exactly the clients whose CPUs, scope, filter and access match, or is counted as lost for
///   them; a loss is reported before the client's next line.
/// - Every connection and every queued byte is charged to a principal (``UserQuotas``), and released when it is gone.
/// Answers are never dropped; instead, requests are not read from a client that does not read.
package struct Broker: ~Copyable {
    let settings: BrokerSettings
    let quotas: UserQuotas
    var clients: [ClientID: Client] = [:]
    var routes: RouteTable
    var dirty: [Client] = []
    /// Groups with lines or losses that have not been dispatched to their subscribers.
    var pending: [SubscriptionGroup] = []
    /// Groups without room for their records at any subscriber.
    var stalled: [SubscriptionGroup] = []
    var routingShare = RoutingShare()
    var implausibleThreads = ImplausibleThreads()
    /// The encoded lines of the current record, by their content; their bytes are in `scratch`.
    var encoded: [EncodedLine] = []
    var scratch = ByteBuffer(capacity: 4 * RecordEncoder.exitLineLimit)
    var encodedOrigin: EncodedOrigin?
    /// The index of the last record that was routed, or lost in the kernel.
    var lastIndex: UInt64 = 0
    /// The newest records; nil if none are kept.
    var history: History?
    /// The clients whose replay can go on.
    var replaying: [ClientID] = []
    private var connectionsSoFar: UInt64 = 0
    /// The quotas of removed clients whose connections are still open.
    private var closing: [ClientID: UserQuota] = [:]

    struct EncodedLine {
        let fields: FieldSet
        let redactsIO: Bool
        let hidesProcess: Bool
        let origin: ProcessOrigin?
        let range: Range<Int>
    }

    /// Creates a broker without clients.
    package init(_ settings: BrokerSettings) {
        self.settings = settings
        quotas = UserQuotas(settings.limits)
        routes = RouteTable(possible: settings.possibleCPUs)
    }

    // MARK: Connections

    /// The decision about a new connection.
    package enum Admission {
        /// It is a client, and its `hello` is queued.
        case admitted(ClientID)
        /// It is refused; these lines give the reason and are all that it receives.
        case refused(lines: [[UInt8]], reason: String)
    }

    /// Admits or refuses a connection, whose effective uid and groups the kernel has reported.
    ///
    /// All other facts about it cost far more, and are read only if the limits allow another connection.
    package mutating func admit<Failure: Error>(
        _ caller: Caller, at now: UInt64, identify: () throws(Failure) -> PeerIdentity,
        host: @autoclosure () -> HostState
    ) throws(Failure) -> Admission {
        let mayBePrivileged = settings.policy.grantsAll(to: caller)
        let expected = quotas.quota(of: Principal(isPrivileged: mayBePrivileged, uid: caller.uid), at: now)
        if let limit = connectionLimit(expected, at: now) { return refusal(limit) }
        let peer = try identify()
        let access = settings.policy.access(of: peer)
        let principal = Principal(isPrivileged: access == .all, uid: access == .all ? peer.uid : peer.quotaUID)
        let quota = quotas.quota(of: principal, at: now)
        if quota !== expected, let limit = connectionLimit(quota, at: now) { return refusal(limit) }
        _ = quota.newConnections.take(at: now)
        if case .none(let reason) = access {
            let hello = ServerLine.hello(hello(peer, access, host())).array
            return .refused(lines: [hello, ServerLine.closing(reason: reason).array], reason: reason)
        }
        quotas.open(quota)
        connectionsSoFar += 1
        let client = Client(id: ClientID(number: connectionsSoFar), access: access, quota: quota)
        clients[client.id] = client
        send(ServerLine.hello(hello(peer, access, host())), to: client)
        return .admitted(client.id)
    }

    private func refusal(_ limit: ProtocolError.Limit) -> Admission {
        let reason = limit.text
        return .refused(lines: [ServerLine.closing(reason: reason, limit: limit).array], reason: reason)
    }

    /// Removes a client whose connection ended for any reason; returns the CPUs to deregister.
    ///
    /// A connection that remains open stays charged to its principal until ``closed(_:)``.
    package mutating func remove(_ id: ClientID, connectionStaysOpen: Bool = false) -> CPUSet {
        dispatch()
        guard let client = clients.removeValue(forKey: id) else { return CPUSet() }
        quotas.release(client.outbox.unsentBytes, from: client.quota)
        client.outbox.removeAll()
        endStalls()
        if connectionStaysOpen { closing[id] = client.quota } else { quotas.close(client.quota) }
        return endReplay(client).union(routes.remove(client))
    }

    /// Releases the connection of a removed client after it was closed.
    package mutating func closed(_ id: ClientID) {
        if let quota = closing.removeValue(forKey: id) { quotas.close(quota) }
    }

    /// Ends a connection: the client receives the reason and nothing more.
    package mutating func end(_ id: ClientID, reason: String) {
        dispatch()
        if let client = clients[id], !client.isClosing { close(client, reason: reason) }
    }

    /// Notifies every client that the daemon is stopping; they receive nothing more.
    package mutating func shutDown(reason: String) {
        dispatch()
        for client in clients.values where !client.isClosing { close(client, reason: reason) }
    }

    // MARK: State

    /// The possible CPUs of the machine.
    package var possibleCPUs: CPUSet { settings.possibleCPUs }

    /// The CPUs to be registered now.
    package var wantedCPUs: CPUSet { routes.wanted }

    /// Whether any client needs the origin of processes.
    package var needsOrigin: Bool { routes.needsOrigin }

    /// Whether any client wants starts.
    package var needsStarts: Bool { routes.hasStarts }

    /// Returns the CPUs of a client's subscription.
    package func subscribedCPUs(of id: ClientID) -> CPUSet { clients[id]?.subscriptionKey?.cpus ?? CPUSet() }

    /// Returns whether to read requests of a client now: not while bytes queued for it, or for others, are at a limit.
    ///
    /// Requests of a client without queued bytes are read in any case, or the full queues of others could silence it.
    package mutating func wantsRequests(of id: ClientID) -> Bool {
        dispatch()
        guard let client = clients[id], !client.isClosing else { return false }
        return client.outbox.unsentBytes == 0 || hasRoom(client, for: 1)
    }

    /// The memory held by the queues of all clients.
    package var queuedMemoryBytes: Int { quotas.memoryBytes }

    /// Returns the peak of that memory since the last call.
    package func takeQueuedMemoryPeak() -> Int { quotas.takeMemoryPeak() }

    /// Returns the principal charged for a client's use.
    package func principal(of id: ClientID) -> Principal? { clients[id]?.quota.principal }

    /// Returns the access of a client.
    package func access(of id: ClientID) -> AccessPolicy.Access? { clients[id]?.access }

    /// Returns whether all resources are released; clients of the last second may still be remembered.
    package func isBalanced(at now: UInt64) -> Bool {
        quotas.purge(at: now)
        return clients.isEmpty && quotas.areEmpty && routes.isEmpty
    }

    private func hello(_ peer: PeerIdentity, _ access: AccessPolicy.Access, _ host: HostState) -> ServerInfo {
        var reason: String?
        if case .none(let text) = access { reason = text }
        return ServerInfo(
            protocolVersion: ProtocolLimits.version, server: settings.server, instance: settings.instance,
            kernelRelease: settings.kernelRelease, taskstatsVersion: settings.taskstatsVersion, tick: settings.tick,
            processSumsAreComplete: settings.processSumsAreComplete, possibleCPUs: settings.possibleCPUs,
            onlineCPUs: host.onlineCPUs, delayAccounting: host.delayAccounting, uid: peer.uid, access: access.tier,
            accessReason: reason, limits: limits(of: access),
            features: ServerInfo.currentFeatures + (history == nil ? [] : [ServerInfo.historyFeature])
                + (settings.knowsOrigin ? ServerInfo.originFeatures : []))
    }

    private func limits(of access: AccessPolicy.Access) -> ServiceLimits {
        var limits = ServiceLimits(
            requestBytes: ProtocolLimits.requestBytes, requestDepth: ProtocolLimits.requestDepth,
            lineBytes: ProtocolLimits.lineBytes, queueBytes: settings.limits.queueBytes,
            connectionsPerUID: settings.limits.connectionsPerUID)
        if access.tier == .own {
            limits.connectionsPerSecond = settings.limits.connectionsPerSecond
            limits.requestsPerSecond = settings.limits.requestsPerSecond
            limits.subscriptionsPerUID = settings.limits.subscriptionsPerUID
        }
        return limits
    }
}

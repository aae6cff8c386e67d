import TaskstatsModel
import TaskstatsProtocol

extension Broker {
    /// The action required before a request can be answered.
    package enum RequestAction {
        /// None: the answer is in the outbox.
        case answered
        /// None: a refusal for this reason is in the outbox.
        case refused(ProtocolError)
        /// Run this query and pass the result to ``answer(_:with:)``.
        case query(Query)
        /// Register CPUs and pass the result to ``complete(_:registration:)``.
        case register(PendingSubscription)
        /// Deregister CPUs; the answer is in the outbox.
        case deregister(CPUSet)
        /// Gather counters and pass them to ``answer(_:cpus:uptime:host:)``.
        case status(StatusQuery)
    }

    /// A query to the kernel on behalf of a client.
    package struct Query: Sendable {
        /// The querying client.
        package let client: ClientID
        /// The client's access, to be checked before and after the kernel query.
        package let access: AccessPolicy.Access
        /// The target of the query.
        package let target: QueryTarget
        /// Whether the answer includes the origin of the process.
        package let wantsOrigin: Bool
        let id: RequestID
        let fields: FieldSet
    }

    /// The result of a query.
    package enum QueryAnswer: Sendable {
        /// The record of a task or process, and the origin of the process if it was requested and is known.
        case record(TaskRecord, origin: ProcessOrigin? = nil)
        /// The states of a cgroup's tasks.
        case cgroup(CgroupStats)
        /// The reason for refusing the query.
        case refusal(ProtocolError)
    }

    /// A subscription that waits for the registration of CPUs.
    package struct PendingSubscription: Sendable {
        /// The subscribing client.
        package let client: ClientID
        /// The CPUs without a previous subscription.
        package let newCPUs: CPUSet
        /// The subscription, with CPUs of this machine.
        package let subscription: Subscription
        let id: RequestID
    }

    /// A request for counters.
    package struct StatusQuery: Sendable {
        /// The requesting client.
        package let client: ClientID
        /// Whether the answer includes the daemon's own counters.
        package let includesDaemon: Bool
        let id: RequestID
    }

    /// Handles a client's request.
    package mutating func handle(_ request: Request, from clientID: ClientID, at now: UInt64) -> RequestAction {
        dispatch()
        guard let client = clients[clientID], !client.isClosing else { return .answered }
        client.badLinesInARow = 0
        if let limit = charge(client, at: now) {
            return refuse(
                request.id, ProtocolError(.limitExceeded, limit.text, limit: limit), client)
        }
        switch request.call {
        case .get(let target, let fields, let origin):
            return .query(
                Query(
                    client: clientID, access: client.access, target: target, wantsOrigin: origin, id: request.id,
                    fields: fields))
        case .subscribe(let subscription, let cpuList):
            do throws(ProtocolError) {
                return try subscribe(client, subscription, cpuList, id: request.id)
            } catch {
                return refuse(request.id, error, client)
            }
        case .unsubscribe:
            let unwanted = endReplay(client).union(routes.remove(client))
            send(ServerLine.unsubscribed(request.id), to: client)
            return .deregister(unwanted)
        case .status:
            return .status(StatusQuery(client: clientID, includesDaemon: client.access == .all, id: request.id))
        case .describe:
            send(ServerLine.description(request.id), to: client)
            return .answered
        }
    }

    /// Rejects a line that is not a request; too many of them in a row end the connection.
    package mutating func reject(_ failure: RequestDecoder.Failure, from clientID: ClientID, at now: UInt64) {
        dispatch()
        guard let client = clients[clientID], !client.isClosing else { return }
        // It cost as much as a request, but the answer describes the error in any case.
        _ = charge(client, at: now)
        send(ServerLine.error(failure.id, failure.error), to: client)
        client.badLinesInARow += 1
        if client.badLinesInARow >= ProtocolLimits.badLinesInARow {
            close(client, reason: "\(client.badLinesInARow) bad lines in a row")
        }
    }

    /// Rejects a line that exceeds the length limit.
    package mutating func rejectLongLine(from clientID: ClientID, at now: UInt64) {
        let error = ProtocolError(.invalidRequest, "line longer than \(ProtocolLimits.requestBytes) bytes")
        reject(RequestDecoder.Failure(id: nil, error: error), from: clientID, at: now)
    }

    /// Answers a query with its result.
    package mutating func answer(_ query: Query, with answer: QueryAnswer) {
        dispatch()
        guard let client = clients[query.client], !client.isClosing else { return }
        switch answer {
        case .record(let record, let origin):
            send(
                ServerLine.stats(
                    query.id, of: query.target, record, fields: query.fields, origin: client.access.visible(origin)),
                to: client)
        case .cgroup(let stats):
            guard case .cgroup(let path) = query.target else { return }
            send(ServerLine.stats(query.id, ofCgroup: path, stats), to: client)
        case .refusal(let error):
            send(ServerLine.error(query.id, error), to: client)
        }
    }

    /// Completes a subscription after its CPUs were registered, or could not be; returns the CPUs to deregister.
    ///
    /// If the registration failed, the previous subscription stays in force and the newly registered CPUs are returned.
    /// `nextSequence` returns the number of the next record of a registered CPU, `time` is the present in nanoseconds
    /// since 1970.
    package mutating func complete(
        _ pending: PendingSubscription, registration: ProtocolError?, time: UInt64, nextSequence: (Int) -> UInt64?
    ) -> CPUSet {
        dispatch()
        guard let client = clients[pending.client], !client.isClosing else {
            return routes.unwanted(of: pending.newCPUs)
        }
        if let registration {
            send(ServerLine.error(pending.id, registration), to: client)
            return routes.unwanted(of: pending.newCPUs)
        }
        var start: HistoryPoint?
        do throws(ProtocolError) {
            start = try pending.subscription.since.map { (since) throws(ProtocolError) in
                try point(since, for: client, at: time)
            }
        } catch {
            send(ServerLine.error(pending.id, error), to: client)
            return routes.unwanted(of: pending.newCPUs)
        }
        let before = client.subscriptionKey?.cpus ?? CPUSet()
        _ = endReplay(client)
        _ = routes.remove(client)
        client.overflow = pending.subscription.overflow
        var effective = pending.subscription
        effective.since = start.map { .after(instance: settings.instance, index: $0.index) }
        send(
            ServerLine.subscribed(pending.id, effective, nextIndex: lastIndex + 1, nextSequence: nextSequence),
            to: client)
        let key = key(of: client, pending.subscription)
        if let start { beginReplay(client, key, from: start) } else { routes.insert(client, key, in: quotas) }
        return routes.unwanted(of: before)
    }

    /// Answers a status request with the gathered counters; the daemon's are included only on request.
    package mutating func answer(
        _ query: StatusQuery, cpus: [DaemonStatus.CPU], uptime: Duration, host: HostState,
        origin: DaemonStatus.Origin? = nil
    ) {
        dispatch()
        guard let client = clients[query.client], !client.isClosing else { return }
        var connection = client.counters
        connection.queuedBytes = client.outbox.unsentBytes
        connection.queueHighWater = client.outbox.highWater
        connection.cpus = client.subscriptionKey?.cpus
        var status = DaemonStatus(connection: connection, delayAccounting: host.delayAccounting, daemon: nil)
        if query.includesDaemon {
            status.daemon = DaemonStatus.Daemon(
                uptime: uptime, clients: clients.count,
                subscribers: clients.values.count { $0.subscriptionKey != nil },
                registeredCPUs: CPUSet(cpus.filter(\.isRegistered).map(\.cpu)),
                queuedBytes: quotas.queuedBytes,
                queueHighWater: quotas.highWater,
                cpus: cpus.map { cpu in
                    var cpu = cpu
                    cpu.subscribers = routes.references(to: cpu.cpu)
                    return cpu
                })
            status.daemon?.origin = origin
            status.daemon?.history = historyStatus
        }
        send(ServerLine.result(query.id) { status.write(to: &$0) }, to: client)
    }

    private mutating func subscribe(
        _ client: Client, _ requested: Subscription, _ cpuList: String, id: RequestID
    ) throws(ProtocolError) -> RequestAction {
        let subscription = try requested.checked(
            cpuList: cpuList, possibleCPUs: settings.possibleCPUs, taskstatsVersion: settings.taskstatsVersion,
            reportsStarts: settings.knowsOrigin)
        if let limit = subscriptionLimit(client, key(of: client, subscription)) {
            throw ProtocolError(.limitExceeded, limit.text, limit: limit)
        }
        return .register(
            PendingSubscription(
                client: client.id, newCPUs: routes.unwanted(of: subscription.cpus), subscription: subscription, id: id))
    }

    private func key(
        of client: Client, _ subscription: Subscription
    ) -> SubscriptionGroup.Key {
        SubscriptionGroup.Key(
            cpus: subscription.cpus, scope: subscription.scope, filter: subscription.filter,
            fields: subscription.fields, origin: subscription.origin, starts: subscription.starts,
            access: client.access, principal: client.access == .all ? nil : client.quota.principal)
    }

    private mutating func refuse(_ id: RequestID, _ error: ProtocolError, _ client: Client) -> RequestAction {
        send(ServerLine.error(id, error), to: client)
        return .refused(error)
    }
}

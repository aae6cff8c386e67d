import TaskstatsModel
import TaskstatsProtocol

extension Broker {
    /// What a request needs from outside before it can be answered.
    package enum RequestAction {
        /// Nothing: the answer waits in the outbox.
        case answered
        /// Nothing: a refusal waits in the outbox, for this reason.
        case refused(ProtocolError)
        /// Statistics; give them to ``answer(_:with:)``.
        case query(Query)
        /// CPUs to be registered; say how that went to ``complete(_:registration:)``.
        case register(PendingSubscription)
        /// CPUs to be deregistered; the answer waits in the outbox.
        case deregister(CPUSet)
        /// Counters; give them to ``answer(_:cpus:uptimeMilliseconds:host:)``.
        case status(StatusQuery)
    }

    /// A question to the kernel in the name of a client.
    package struct Query: Sendable {
        /// Who asks.
        package let client: ClientID
        /// What the client may see, to be checked before and after the kernel is asked.
        package let access: AccessPolicy.Access
        /// What is asked for.
        package let target: QueryTarget
        let id: RequestID
        let fields: FieldSet
    }

    /// What the kernel, or whoever guards it, said to a query.
    package enum QueryAnswer {
        /// The record of a task or process.
        case record(TaskRecord)
        /// The states of a cgroup's tasks.
        case cgroup(CgroupStats)
        /// Neither.
        case refusal(ProtocolError)
    }

    /// A subscription that waits for CPUs to be registered.
    package struct PendingSubscription: Sendable {
        /// Who subscribes.
        package let client: ClientID
        /// The CPUs that nobody wanted before.
        package let newCPUs: CPUSet
        /// All CPUs that it wants.
        package let cpus: CPUSet
        let id: RequestID
        let parameters: SubscribeParameters
    }

    /// A question for counters.
    package struct StatusQuery: Sendable {
        /// Who asks.
        package let client: ClientID
        /// Whether the daemon's own counters go with the answer.
        package let includesDaemon: Bool
        let id: RequestID
    }

    /// A client asks.
    package mutating func handle(_ request: Request, from clientID: ClientID, at now: UInt64) -> RequestAction {
        handOut()
        guard let client = clients[clientID], !client.isClosing else { return .answered }
        client.badLinesInARow = 0
        if let limit = charge(client, at: now) {
            return refuse(
                request.id, ProtocolError(.limitExceeded, "too many requests: \(limit.text)", limit: limit), client)
        }
        switch request.call {
        case .get(let target, let fields):
            return .query(
                Query(client: clientID, access: client.access, target: target, id: request.id, fields: fields))
        case .subscribe(let parameters):
            do throws(ProtocolError) {
                return try subscribe(client, parameters, id: request.id)
            } catch {
                return refuse(request.id, error, client)
            }
        case .unsubscribe:
            let unwanted = routes.remove(client)
            send(ServerLine.unsubscribed(request.id), to: client)
            return .deregister(unwanted)
        case .status:
            return .status(StatusQuery(client: clientID, includesDaemon: client.access == .all, id: request.id))
        case .describe:
            send(ServerLine.description(request.id), to: client)
            return .answered
        }
    }

    /// A client sent a line that is no request; too many of them in a row end the connection.
    package mutating func reject(_ failure: RequestDecoder.Failure, from clientID: ClientID, at now: UInt64) {
        handOut()
        guard let client = clients[clientID], !client.isClosing else { return }
        // It has cost what a request costs; the answer says what is wrong with it in any case.
        _ = charge(client, at: now)
        send(ServerLine.error(failure.id, failure.error), to: client)
        client.badLinesInARow += 1
        if client.badLinesInARow >= ProtocolLimits.badLinesInARow {
            close(client, reason: "\(client.badLinesInARow) bad lines in a row")
        }
    }

    /// A client sent a line that is longer than allowed.
    package mutating func rejectLongLine(from clientID: ClientID, at now: UInt64) {
        let error = ProtocolError(.invalidRequest, "a line is longer than \(ProtocolLimits.requestBytes) bytes")
        reject(RequestDecoder.Failure(id: nil, error: error), from: clientID, at: now)
    }

    /// A query was answered.
    package mutating func answer(_ query: Query, with answer: QueryAnswer) {
        handOut()
        guard let client = clients[query.client], !client.isClosing else { return }
        switch answer {
        case .record(let record):
            send(ServerLine.stats(query.id, of: query.target, record, fields: query.fields), to: client)
        case .cgroup(let stats):
            guard case .cgroup(let path) = query.target else { return }
            send(ServerLine.stats(query.id, ofCgroup: path, stats), to: client)
        case .refusal(let error):
            send(ServerLine.error(query.id, error), to: client)
        }
    }

    /// The CPUs of a pending subscription were registered, or could not be; these are to be deregistered.
    ///
    /// When they could not be, what was subscribed before stays in force, and the newly registered ones must go.
    package mutating func complete(_ pending: PendingSubscription, registration: ProtocolError?) -> CPUSet {
        handOut()
        guard let client = clients[pending.client], !client.isClosing else {
            return routes.unwanted(of: pending.newCPUs)
        }
        if let registration {
            send(ServerLine.error(pending.id, registration), to: client)
            return routes.unwanted(of: pending.newCPUs)
        }
        let before = client.interest?.key.cpus ?? CPUSet()
        _ = routes.remove(client)
        let parameters = pending.parameters
        let key = Interest.Key(
            cpus: pending.cpus, scope: parameters.scope, filter: parameters.filter, fields: parameters.fields,
            access: client.access)
        routes.insert(client, key)
        client.overflow = parameters.overflow
        send(ServerLine.subscribed(pending.id, cpus: pending.cpus, parameters), to: client)
        return routes.unwanted(of: before)
    }

    /// Counters were gathered; those of the daemon only when they were asked for.
    package mutating func answer(_ query: StatusQuery, cpus: [Status.CPU], uptimeMilliseconds: UInt64, host: HostState)
    {
        handOut()
        guard let client = clients[query.client], !client.isClosing else { return }
        var connection = client.counters
        connection.queuedBytes = client.outbox.unsentBytes
        connection.queueHighWater = client.outbox.highWater
        connection.cpus = client.interest?.key.cpus.description
        var status = Status(connection: connection, delayAccounting: host.delayAccounting, daemon: nil)
        if query.includesDaemon {
            status.daemon = Status.Daemon(
                uptimeMilliseconds: uptimeMilliseconds, clients: clients.count,
                subscribers: clients.values.count { $0.interest != nil },
                registeredCPUs: CPUSet(cpus.map(\.cpu)).description, queuedBytes: accounts.unsentBytes,
                queueHighWater: accounts.highWater,
                cpus: cpus.map { cpu in
                    var cpu = cpu
                    cpu.subscribers = routes.references(to: cpu.cpu)
                    return cpu
                })
        }
        send(ServerLine.result(query.id) { status.write(to: &$0) }, to: client)
    }

    private mutating func subscribe(
        _ client: Client, _ parameters: SubscribeParameters, id: RequestID
    ) throws(ProtocolError) -> RequestAction {
        let cpus: CPUSet
        do throws(CPUSet.ParsingError) {
            cpus = try CPUSet(parsing: parameters.cpus, possible: settings.possibleCPUs)
        } catch {
            throw .invalidParams("cpus", error.description)
        }
        let firstVersionWithProcessEnd = 12
        if parameters.scope == .process, settings.taskstatsVersion < firstVersionWithProcessEnd {
            throw ProtocolError(
                .unavailable,
                "this kernel's struct taskstats (version \(settings.taskstatsVersion)) does not say which record ends "
                    + "a process; version 12 does", member: "scope")
        }
        return .register(
            PendingSubscription(
                client: client.id, newCPUs: routes.unwanted(of: cpus), cpus: cpus, id: id, parameters: parameters))
    }

    private mutating func refuse(_ id: RequestID, _ error: ProtocolError, _ client: Client) -> RequestAction {
        send(ServerLine.error(id, error), to: client)
        return .refused(error)
    }
}

import Taskstats
import TaskstatsProtocol

/// The answers of a served daemon, which has the recording in place of the kernel.
extension ServedSession {
    /// What only the whole daemon knows.
    struct Counts {
        /// The number of connections.
        var clients: Int
        /// The number of connections with a subscription.
        var subscribers: Int
        /// The time since the start.
        var uptime: Duration
    }

    /// Answers a request.
    mutating func handle(_ request: Request, at present: Present, _ counts: Counts) {
        accept()
        if let error = behavior.refusal(of: request.call.method) {
            return send(ServerLine.error(request.id, error))
        }
        do throws(ProtocolError) {
            switch request.call {
            case .get(let target, let fields, let wantsOrigin):
                try get(target, fields, wantsOrigin: wantsOrigin, id: request.id)
            case .subscribe(let subscription, let cpuList):
                try subscribe(subscription, cpuList, id: request.id, at: present)
            case .unsubscribe:
                stop()
                send(ServerLine.unsubscribed(request.id))
            case .status:
                let status = status(counts)
                send(ServerLine.result(request.id) { status.write(to: &$0) })
            case .describe: send(ServerLine.description(request.id))
            }
        } catch {
            send(ServerLine.error(request.id, error))
        }
    }

    private mutating func get(
        _ target: QueryTarget, _ fields: FieldSet, wantsOrigin: Bool, id: RequestID
    ) throws(ProtocolError) {
        guard let record = recording.record(of: target) else {
            switch target {
            case .pid(let id), .tgid(let id):
                throw ProtocolError(.noSuchTask, "no task with id \(id) in the recording", errno: "ESRCH")
            case .cgroup(let path):
                _ = try CgroupPath.components(of: path)
                throw ProtocolError(.unavailable, "a recording has no cgroups", field: "cgroup")
            }
        }
        var (stats, fields) = (record.task, fields)
        if case .tgid = target {
            stats = record.process ?? record.task
            fields = fields.intersection(Self.fieldsOfProcesses)
        }
        send(
            ServerLine.stats(
                id, of: target, stats, fields: fields, origin: wantsOrigin ? record.origin : nil))
    }

    private static let fieldsOfProcesses = FieldSet(Field.allCases.filter(\.isFilledInProcessRecords))

    private mutating func subscribe(
        _ requested: Subscription, _ cpuList: String, id: RequestID, at present: Present
    ) throws(ProtocolError) {
        var subscription = requested
        do throws(CPUSet.ParsingError) {
            subscription.cpus = try CPUSet(parsing: cpuList, possible: server.possibleCPUs)
        } catch {
            throw .invalidParams("cpus", error.description)
        }
        let firstVersionWithProcessEnd = 12
        if subscription.scope == .process, server.taskstatsVersion < firstVersionWithProcessEnd {
            throw ProtocolError(
                .unavailable, "the recorded kernel's struct taskstats does not mark the last record of a process",
                field: "scope")
        }
        if subscription.starts, !server.features.contains("starts") {
            throw ProtocolError(
                .unavailable, "this daemon cannot report starts; hello.features lacks starts", field: "starts")
        }
        let start = try start(subscription.since, at: present)
        if subscription.since != nil { subscription.since = .after(instance: server.instance, index: start.index) }
        // What is kept has ended; what is played ends from now on.
        let next = subscription.since == nil ? start.position : recording.entries.count
        let sequences = recording.nextSequences(from: next, of: subscription.cpus)
        send(
            ServerLine.subscribed(id, subscription, nextIndex: recording.index(before: next) + 1) {
                sequences[$0] ?? 1
            })
        if let loss = start.loss { send(ServerLine.lost(loss)) }
        let first = recording.entries[start.position...].lazy.compactMap(\.time).first
        play(
            ServedPlayback(
                subscription, at: present.monotonic, recorded: first ?? recording.end, speed: behavior.speed),
            from: start.position)
    }

    private func status(_ counts: Counts) -> DaemonStatus {
        var connection = counters
        connection.queuedBytes = output.count
        var status = DaemonStatus(connection: connection, delayAccounting: server.delayAccounting, daemon: nil)
        guard server.access == .all else { return status }
        status.daemon = DaemonStatus.Daemon(
            uptime: counts.uptime, clients: counts.clients, subscribers: counts.subscribers,
            registeredCPUs: connection.cpus ?? CPUSet(), queuedBytes: output.count,
            queueHighWater: connection.queueHighWater, cpus: [])
        return status
    }
}

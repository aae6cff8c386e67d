import Taskstats
import TaskstatsProtocol

/// The answers of a served daemon, which has the recording in place of the kernel.
extension ServedSession {
    /// What only the whole daemon knows.
    struct Counts {
        /// The number of connections.
        var clients: Int
        /// The CPUs of each connection with a subscription.
        var subscriptions: [CPUSet]
        /// The bytes of all connections that are ready to send, and their maximum so far.
        var queuedBytes: Int
        var queueHighWater: Int
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
                throw ProtocolError(.noSuchTask, "no task with id \(id)", errno: "ESRCH")
            case .cgroup(let path): throw try refusal(ofCgroup: path)
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

    /// Returns the refusal of a host where only cgroup version 2 is mounted, in the usual place: no recording contains the
    /// counts of a cgroup.
    private func refusal(ofCgroup path: String) throws(ProtocolError) -> ProtocolError {
        let components = try CgroupPath.components(of: path)
        return CgroupPath.refusal(of: path, isVersion2: components.starts(with: ["sys", "fs", "cgroup"]))
    }

    private static let fieldsOfProcesses = FieldSet(Field.allCases.filter(\.isFilledInProcessRecords))

    private mutating func subscribe(
        _ requested: Subscription, _ cpuList: String, id: RequestID, at present: Present
    ) throws(ProtocolError) {
        var subscription = try requested.checked(
            cpuList: cpuList, possibleCPUs: server.possibleCPUs, taskstatsVersion: server.taskstatsVersion,
            reportsStarts: reportsOrigins)
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
        let first = recording.entries[start.position...].lazy.compactMap(\.playingTime).first
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
            uptime: counts.uptime, clients: counts.clients, subscribers: counts.subscriptions.count,
            registeredCPUs: server.possibleCPUs, queuedBytes: counts.queuedBytes,
            queueHighWater: counts.queueHighWater,
            cpus: server.possibleCPUs.map { cpu in
                let recorded = recording.counts[cpu] ?? (received: 0, lost: 0)
                // The history is a subscriber of every CPU.
                return DaemonStatus.CPU(
                    cpu: cpu, subscribers: 1 + counts.subscriptions.count { $0.contains(cpu) },
                    received: recorded.received, lost: recorded.lost, receiveBufferBytes: Self.receiveBufferBytes)
            })
        status.daemon?.origin = origin
        status.daemon?.history = recording.history(after: forgottenIndex)
        return status
    }

    /// The size that a daemon requests by default.
    private static let receiveBufferBytes = 8 << 20

    /// Whether the daemon knows the origin of processes, and so their starts.
    private var reportsOrigins: Bool { server.features.contains(ServerInfo.originFeatures[0]) }

    private var origin: DaemonStatus.Origin? {
        guard reportsOrigins else { return nil }
        var origin = recording.origin
        (origin.isListening, origin.isRealTime, origin.isScanned) = (true, false, true)
        return origin
    }
}

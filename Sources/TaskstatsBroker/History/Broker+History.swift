import TaskstatsModel
import TaskstatsProtocol

/// Subscriptions that start in the past.
extension Broker {
    /// The result of a step of a replay.
    package enum ReplayStep {
        /// There is more to send.
        case more
        /// There is no room in the client's queue for now.
        case full
        /// The client is where the live stream is, or gone.
        case done
    }

    /// Keeps the newest records of these CPUs, which must be registered, from `time` on, in nanoseconds since 1970.
    package mutating func keepHistory(of cpus: CPUSet, limitBytes: Int, withOrigin: Bool, since time: UInt64) {
        history = History(limitBytes: limitBytes, since: time)
        routes.keep(cpus, withOrigin: withOrigin)
    }

    /// The sizes of a history.
    package static var historyLimits: ClosedRange<Int> { History.limits }

    /// The state of the history for `status`.
    package var historyStatus: DaemonStatus.History? {
        history.map {
            DaemonStatus.History(
                limitBytes: $0.limitBytes, bytes: $0.bytes, records: $0.records, oldestIndex: $0.indexBefore + 1,
                oldestTime: $0.oldestTime)
        }
    }

    /// Whether the replay of a client can go on.
    package var hasReplays: Bool { !replaying.isEmpty }

    /// Returns the clients whose replay can go on since the last call.
    package mutating func takeReplays() -> [ClientID] {
        defer { replaying.removeAll(keepingCapacity: true) }
        return replaying
    }

    // MARK: The start

    /// A point in the past from which a subscription is served.
    struct HistoryPoint {
        /// The index up to which there is nothing to send.
        var index: UInt64
        /// What is missing after that.
        var loss: LostRecords?
        var position: History.Position?
    }

    /// Returns the point that a client requests; throws if there cannot be one.
    func point(
        _ start: HistoryStart, for client: Client, at now: UInt64
    ) throws(ProtocolError) -> HistoryPoint {
        let oldest = history?.indexBefore ?? lastIndex
        let resolved = try start.resolved(
            instance: settings.instance, indexBefore: oldest, lastIndex: lastIndex, now: now)
        switch resolved {
        case .after(let index): return HistoryPoint(index: index, position: history?.position(after: index))
        case .time(let time): return point(at: time)
        // The number of other users' records is none of an ordinary client's business.
        case .oldest(let count): return missing(client.access == .all ? count : nil)
        }
    }

    private func point(at time: UInt64) -> HistoryPoint {
        guard let history else { return missing(nil) }
        let (position, isComplete) = history.position(at: time)
        guard isComplete else { return missing(nil) }
        return HistoryPoint(index: history.index(before: position), position: position)
    }

    /// Returns the beginning of the history, with this number of records missing before it.
    private func missing(_ count: UInt64?) -> HistoryPoint {
        let oldest = history?.indexBefore ?? lastIndex
        return HistoryPoint(
            index: oldest, loss: LostRecords(.history, count: count, index: oldest), position: history?.beginning)
    }

    /// Begins the replay for a client that has no subscription.
    mutating func beginReplay(_ client: Client, _ key: SubscriptionGroup.Key, from point: HistoryPoint) {
        if let loss = point.loss { send(ServerLine.lost(loss), to: client) }
        let quota = key.principal == nil ? quotas.privileged : client.quota
        let group = SubscriptionGroup(key, quota, in: quotas)
        group.subscribers = [client]
        let replay = Replay(group, from: point.position ?? History.Position(chunk: 0, offset: 0), after: point.index)
        client.replay = replay
        routes.reserve(key)
        continueReplay(replay, of: client)
    }

    /// Continues the replay of a client that has room again.
    mutating func continueReplay(of client: Client) {
        guard let replay = client.replay, client.outbox.unsentBytes <= Self.window / 2 else { return }
        continueReplay(replay, of: client)
    }

    private mutating func continueReplay(_ replay: Replay, of client: Client) {
        guard !replay.isWaiting else { return }
        replay.isWaiting = true
        replaying.append(client.id)
    }

    /// Ends the replay of a client, if there is one; returns the CPUs to deregister.
    mutating func endReplay(_ client: Client) -> CPUSet {
        guard let replay = client.replay else { return CPUSet() }
        client.replay = nil
        return routes.release(replay.group.key)
    }

    // MARK: The steps

    /// The number of bytes that a replay puts into a queue at most: enough to keep the connection busy.
    private static let window = 256 << 10
    /// The number of entries of a step, so that others are served in between.
    private static let entriesAtOnce = 64

    /// Adds the next entries of the history to a client's queue, as far as there is room.
    package mutating func replay(_ id: ClientID) -> ReplayStep {
        dispatch()
        guard let client = clients[id], !client.isClosing, let replay = client.replay else { return .done }
        replay.isWaiting = false
        guard let history else {
            finish(replay, client)
            return .done
        }
        if history.hasDiscarded(replay.position) {
            guard skipDiscarded(replay, client, history) else { return .done }
        }
        for _ in 0..<Self.entriesAtOnce {
            guard hasRoomForReplay(client, hasOrigins: replay.group.key.origin) else { return .full }
            let item = history.read(&replay.position) { entry in self.item(&entry, of: replay) }
            guard let item else {
                finish(replay, client)
                return .done
            }
            deliver(item, replay, client)
            if client.isClosing { return .done }
        }
        return .more
    }

    private func hasRoomForReplay(_ client: Client, hasOrigins: Bool) -> Bool {
        let longest = hasOrigins ? ProtocolLimits.lineBytes : RecordEncoder.exitLineLimit
        let queued = client.outbox.unsentBytes
        return queued == 0 || queued + longest <= Self.window && hasRoom(client, for: longest)
    }

    /// Reports what was discarded before the client had read it; returns false if that ends the connection.
    private mutating func skipDiscarded(_ replay: Replay, _ client: Client, _ history: History) -> Bool {
        if client.overflow == .disconnect {
            disconnect(client)
            return false
        }
        let oldest = history.indexBefore
        if oldest > replay.index {
            let count = client.access == .all ? oldest - replay.index : nil
            send(ServerLine.lost(LostRecords(.history, count: count, index: oldest)), to: client)
        }
        (replay.index, replay.position) = (max(replay.index, oldest), history.beginning)
        return true
    }

    /// What an entry is for a client.
    private enum ReplayItem {
        case line(ExitRecord, ProcessOrigin?, redactsIO: Bool, hidesProcess: Bool)
        case loss(LostRecords)
        /// Nothing, up to this index.
        case nothing(UInt64)
    }

    private func item(_ entry: inout History.Entry, of replay: Replay) -> ReplayItem {
        let key = replay.group.key
        switch entry.kind {
        case .loss:
            let cpu = Int(Int32(bitPattern: entry.packed.next(UInt32.self)))
            let count = entry.packed.next(UInt64.self)
            let index = entry.packed.next(UInt64.self)
            // A client can resume within a gap.
            let rest = min(count, index - min(index, replay.index))
            guard key.cpus.contains(cpu), rest > 0 else { return .nothing(index) }
            return .loss(LostRecords(.kernel(cpu: cpu), count: rest, index: index))
        case .record:
            let (record, hasOrigin) = RecordPacking.read(&entry.packed)
            let index = record.index ?? 0
            guard key.access.seesExit(record) else { return .nothing(index) }
            let isProcessProven = key.access == .all || replay.threads.include(record)
            guard key.cpus.contains(record.cpu) else { return .nothing(index) }
            var origin: ProcessOrigin?
            if hasOrigin, key.needsOrigin { origin = key.access.visible(OriginPacking.read(&entry.packed)) }
            guard replay.group.wants(record, origin) else { return .nothing(index) }
            return .line(
                record, key.origin ? origin : nil, redactsIO: settings.policy.redactsIO(record, for: key.access),
                hidesProcess: !isProcessProven)
        }
    }

    private mutating func deliver(_ item: ReplayItem, _ replay: Replay, _ client: Client) {
        switch item {
        case .nothing(let index): replay.index = index
        case .loss(let loss):
            client.counters.lostInKernel += loss.count ?? 0
            send(ServerLine.lost(loss), to: client)
            replay.index = loss.index ?? replay.index
        case .line(let record, let origin, let redactsIO, let hidesProcess):
            var line = ByteBuffer(capacity: 0)
            swap(&line, &scratch)
            line.removeAll()
            RecordEncoder.appendExitLine(
                record, fields: replay.group.key.fields, redacted: redactsIO ? [.io] : [], hidesProcess: hidesProcess,
                origin: origin.map { EncodedOrigin($0) }, to: &line)
            client.counters.delivered += 1
            put(line, replay, client)
            swap(&line, &scratch)
            replay.index = record.index ?? replay.index
        }
    }

    /// Puts a line into a chunk of the replay, and into the client's queue.
    private mutating func put(_ line: borrowing ByteBuffer, _ replay: Replay, _ client: Client) {
        if !replay.group.hasRoom(for: line.count) {
            replay.group.beginChunk(withRoomFor: line.count, after: Self.window / 2)
        }
        replay.group.append(line, 0..<line.count, indices: 0...0)
        if let lines = replay.group.takeLines() { put(lines.source, lines.range, client) }
    }

    /// Makes the client a subscriber of the live stream.
    private mutating func finish(_ replay: Replay, _ client: Client) {
        client.replay = nil
        let key = replay.group.key
        send(ServerLine.live(index: lastIndex), to: client)
        routes.insert(client, key, in: quotas)
        // The subscription keeps every CPU that was reserved for it.
        _ = routes.release(key)
    }
}

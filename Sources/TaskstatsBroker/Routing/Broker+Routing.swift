import TaskstatsModel
import TaskstatsProtocol

extension Broker: ExitSink {
    /// Begins a loop iteration, which renews the time share of routing for ordinary clients.
    package mutating func beginIteration(at now: UInt64) {
        routingShare.begin(at: now, principals: routes.ordinaryPrincipals)
    }

    /// Routes the record of an ended task to every client that subscribed to it and may see it.
    package mutating func exited(_ record: inout ExitRecord) {
        lastIndex += 1
        record.index = lastIndex
        implausibleThreads.complete(&record)
        keepAndRoute(record)
    }

    /// The indices before and with the record that is being routed.
    private var recordIndices: ClosedRange<UInt64> { lastIndex - 1...lastIndex }

    /// The indices before and with a start that is being routed: it has no index of its own.
    private var startIndices: ClosedRange<UInt64> { lastIndex...lastIndex }

    // A function of its own, because each use of an inout record as an argument copies it.
    @inline(never)
    private mutating func keepAndRoute(_ record: borrowing ExitRecord) {
        history?.append(record)
        for group in routes.privilegedGroups(of: record.cpu) where group.wants(record, record.origin) {
            route(
                record, to: group, redactsIO: false, hidesProcess: false,
                origin: group.key.origin ? record.origin : nil)
        }
        if let owner = routes.owner(of: record) {
            let isProcessProven = owner.threads.include(record)
            for group in owner.groups where group.key.cpus.contains(record.cpu) {
                guard mayEvaluate(group, record.origin) else {
                    recordQueueLoss(recordIndices, of: group)
                    continue
                }
                let origin = group.key.needsOrigin ? group.key.access.visible(record.origin) : nil
                guard group.wants(record, origin) else { continue }
                route(
                    record, to: group, redactsIO: settings.policy.redactsIO(record, for: group.key.access),
                    hidesProcess: !isProcessProven,
                    origin: group.key.origin ? origin : nil)
            }
        }
        encoded.removeAll(keepingCapacity: true)
    }

    /// Reports records dropped by the kernel to every client subscribed to the CPU, because their users are unknown.
    package mutating func lost(cpu: Int, count: UInt64) {
        let before = lastIndex
        lastIndex += count
        history?.appendLoss(cpu: cpu, count: count, index: lastIndex)
        let loss = LostRecords(.kernel(cpu: cpu), count: count, index: lastIndex)
        for group in routes.groups(of: cpu) { recordLoss(loss, after: before, of: group) }
    }

    /// Reports the start of a program to every client that requested it and may see it.
    package mutating func started(_ start: borrowing ProcessStart) {
        for group in routes.groups(of: start.cpu) where group.key.starts {
            guard mayEvaluate(group, start.origin) else {
                recordQueueLoss(startIndices, of: group)
                continue
            }
            guard group.wants(start), hasTime(for: group, startIndices) else { continue }
            if encoded.isEmpty { scratch.removeAll() }
            var visible = copy start
            if let origin = group.key.access.visible(start.origin) { visible.origin = origin }
            let begun = scratch.count
            unsafe ServerLine.start(visible).withUnsafeBytes { unsafe scratch.append($0) }
            deliver(begun..<scratch.count, startIndices, isNew: true, to: group)
        }
    }

    /// Reports starts dropped by the kernel to every client that requested starts.
    package mutating func lostStarts(_ count: UInt64) {
        let loss = LostRecords(.starts, count: count, index: lastIndex)
        for group in routes.startGroups { recordLoss(loss, after: lastIndex, of: group) }
    }

    private mutating func route(
        _ record: borrowing ExitRecord, to group: SubscriptionGroup, redactsIO: Bool, hidesProcess: Bool,
        origin: ProcessOrigin?
    ) {
        guard hasTime(for: group, recordIndices) else { return }
        let (line, isNew) = line(
            of: record, fields: group.key.fields, redactsIO: redactsIO, hidesProcess: hidesProcess, origin: origin)
        deliver(line, recordIndices, isNew: isNew, to: group)
    }

    /// Returns whether another line may be encoded for a group; if not, it is counted as lost.
    private mutating func hasTime(for group: SubscriptionGroup, _ indices: ClosedRange<UInt64>) -> Bool {
        guard !group.isStalled, group.key.principal == nil || group.quota.routing.allows(routingShare) else {
            recordQueueLoss(indices, of: group)
            return false
        }
        return true
    }

    /// Adds a line in `scratch` to a group, and charges for it.
    private mutating func deliver(
        _ line: Range<Int>, _ indices: ClosedRange<UInt64>, isNew: Bool, to group: SubscriptionGroup
    ) {
        if group.key.principal != nil {
            let encoding = isNew ? RoutingBudget.Cost.encodedLine : 0
            group.quota.routing.charge(encoding + group.subscribers.count * RoutingBudget.Cost.deliveredLine)
        }
        makeRoom(for: line.count, in: group)
        group.append(scratch, line, indices: indices)
    }

    /// Returns whether the filter of a group may be evaluated, and charges for its patterns, which are the expensive part.
    private func mayEvaluate(_ group: SubscriptionGroup, _ origin: ProcessOrigin?) -> Bool {
        let filter = group.key.filter
        guard group.key.principal != nil, filter.commands != nil || filter.requiresOrigin else { return true }
        guard group.quota.routing.allows(routingShare) else { return false }
        let commands = (filter.commands?.count ?? 0) * RoutingBudget.Cost.pattern
        let origins = filter.requiresOrigin ? filter.originPatternBytes(origin) * RoutingBudget.Cost.patternByte : 0
        group.quota.routing.charge(commands + origins)
        return true
    }

    /// Counts the current record, or start, as lost for a group.
    private mutating func recordQueueLoss(_ indices: ClosedRange<UInt64>, of group: SubscriptionGroup) {
        let loss = LostRecords(.queue, count: 1, index: indices.upperBound)
        recordLoss(loss, after: indices.lowerBound, of: group)
    }

    /// Adds a loss to a group, after its lines.
    private mutating func recordLoss(_ loss: LostRecords, after index: UInt64, of group: SubscriptionGroup) {
        group.recordLoss(loss, after: index)
        notePending(group)
    }

    /// Encodes the line once for each choice of fields and redaction, and returns its range in `scratch`.
    private mutating func line(
        of record: borrowing ExitRecord, fields: FieldSet, redactsIO: Bool, hidesProcess: Bool,
        origin: ProcessOrigin?
    ) -> (range: Range<Int>, isNew: Bool) {
        for line in encoded
        where line.redactsIO == redactsIO && line.hidesProcess == hidesProcess && line.origin === origin
            && line.fields == fields
        {
            return (line.range, false)
        }
        if encoded.isEmpty { scratch.removeAll() }
        let start = scratch.count
        RecordEncoder.appendExitLine(
            record, fields: fields, redacted: redactsIO ? [.io] : [], hidesProcess: hidesProcess,
            origin: encoded(origin), to: &scratch)
        let range = start..<scratch.count
        encoded.append(
            EncodedLine(
                fields: fields, redactsIO: redactsIO, hidesProcess: hidesProcess, origin: origin,
                range: range))
        return (range, true)
    }

    /// Encodes an origin; the last one is kept, because the threads of a process have the same.
    private mutating func encoded(_ origin: ProcessOrigin?) -> EncodedOrigin? {
        guard let origin else { return nil }
        if let encodedOrigin, encodedOrigin.origin === origin { return encodedOrigin }
        let new = EncodedOrigin(origin)
        encodedOrigin = new
        return new
    }

    /// The maximum length of a line that reports a loss.
    private static let lostLineLimit = 160

    /// Puts the unreported losses of a client into its outbox, if they fit together with the following line.
    ///
    /// A client with an empty queue receives them in any case: other clients of its uid may have used up the room, and
    /// no sending to this client would trigger the report later.
    private mutating func reportLosses(_ client: Client, leavingRoomFor more: Int = 0) {
        let bytes = client.unreported.count * Self.lostLineLimit + more
        if client.outbox.unsentBytes == 0 || hasRoom(client, for: bytes) { reportLossesNow(client) }
    }

    private mutating func reportLossesNow(_ client: Client) {
        for loss in client.takeUnreported() { put(ServerLine.lost(loss), client) }
    }
}

// MARK: Dispatching

extension Broker {
    /// Dispatches the lines of every group to its subscribers.
    ///
    /// Everything that inspects outboxes or adds other lines to them does this first, so that lines are in the order of
    /// events.
    mutating func dispatch() {
        guard !pending.isEmpty else { return }
        for group in pending {
            group.isPending = false
            dispatch(group)
        }
        pending.removeAll(keepingCapacity: true)
    }

    private mutating func notePending(_ group: SubscriptionGroup) {
        guard !group.isPending else { return }
        group.isPending = true
        pending.append(group)
    }

    private mutating func makeRoom(for bytes: Int, in group: SubscriptionGroup) {
        if !group.hasRoom(for: bytes) {
            group.beginChunk(withRoomFor: bytes, after: dispatch(group))
        } else if !group.losses.isEmpty {
            dispatch(group)
        }
        notePending(group)
    }

    /// Dispatches the lines of a group and the losses after them; returns the number of bytes of the lines.
    @discardableResult
    private mutating func dispatch(_ group: SubscriptionGroup) -> Int {
        let lines = group.takeLines()
        let losses = group.losses.isEmpty ? nil : group.takeLosses()
        var anyHasRoom = false
        for client in group.subscribers where !client.isClosing {
            if let lines { deliver(lines, to: client) }
            if let losses, !client.isClosing { report(losses, to: client) }
            let least = client.unreported.count * Self.lostLineLimit + (lines?.shortest ?? 0)
            if client.overflow == .disconnect || hasRoom(client, for: least) { anyHasRoom = true }
        }
        if group.isStalled == anyHasRoom {
            group.isStalled = !anyHasRoom
            if group.isStalled { stalled.append(group) }
        }
        return lines?.range.count ?? 0
    }

    /// Ends all stalls after room was made, so that every group checks for room again.
    mutating func endStalls() {
        guard !stalled.isEmpty else { return }
        for group in stalled { group.isStalled = false }
        stalled.removeAll(keepingCapacity: true)
    }

    private mutating func deliver(_ lines: SubscriptionGroup.Lines, to client: Client) {
        if client.unreported.isEmpty, hasRoom(client, for: lines.range.count) {
            client.counters.delivered += UInt64(lines.ends.count)
            put(lines.source, lines.range, client)
        } else if hasRoomForNone(of: lines, client) {
            recordQueueLoss(UInt64(lines.ends.count), lines.indices, client)
        } else {
            deliverSingly(lines, to: client)
        }
    }

    private mutating func report(_ losses: UnreportedLosses, to client: Client) {
        for loss in losses.losses {
            switch loss.place {
            case .kernel, .starts: client.counters.lostInKernel += loss.count ?? 0
            case .queue:
                if client.overflow == .disconnect { return disconnect(client) }
                client.counters.lostInQueue += loss.count ?? 0
            case .history: break
            }
            client.recordLoss(loss, after: losses.indices.before)
        }
        reportLosses(client)
    }

    /// Returns whether not even the shortest line fits, as for clients that have stopped reading, of which there may be
    /// many.
    private func hasRoomForNone(of lines: SubscriptionGroup.Lines, _ client: Client) -> Bool {
        client.overflow == .drop && client.outbox.unsentBytes > 0
            && !hasRoom(client, for: client.unreported.count * Self.lostLineLimit + lines.shortest)
    }

    private func recordQueueLoss(
        _ count: UInt64, _ indices: some BidirectionalCollection<ClosedRange<UInt64>>, _ client: Client
    ) {
        client.counters.lostInQueue += count
        client.recordLoss(
            LostRecords(.queue, count: count, index: indices.last?.upperBound), after: indices.first?.lowerBound ?? 0)
        client.outbox.shrinkLast()
    }

    /// Delivers each line separately or counts it as lost, because not all of them fit.
    private mutating func deliverSingly(_ lines: SubscriptionGroup.Lines, to client: Client) {
        var start = lines.range.lowerBound
        for (end, indices) in zip(lines.ends, lines.indices) {
            deliver(lines.source, start..<end, indices, to: client)
            start = end
        }
    }

    private mutating func deliver(
        _ source: SharedBytes, _ range: Range<Int>, _ indices: ClosedRange<UInt64>, to client: Client
    ) {
        if client.isClosing { return }
        if !client.unreported.isEmpty { reportLosses(client, leavingRoomFor: range.count) }
        guard client.unreported.isEmpty, hasRoom(client, for: range.count) else {
            switch client.overflow {
            case .drop:
                recordQueueLoss(1, CollectionOfOne(indices), client)
                reportLosses(client, leavingRoomFor: RecordEncoder.exitLineLimit)
            case .disconnect: disconnect(client)
            }
            return
        }
        client.counters.delivered += 1
        put(source, range, client)
    }

    /// Ends the connection of a client that requested this instead of losses.
    mutating func disconnect(_ client: Client) {
        close(client, reason: "records arrived faster than the client read them (overflow: disconnect)")
    }
}

// MARK: Outboxes

extension Broker {
    /// Returns the clients with new data to send since the last call.
    package mutating func takeDirtyClients() -> [ClientID] {
        dispatch()
        defer { dirty.removeAll(keepingCapacity: true) }
        for client in dirty { client.isDirty = false }
        return dirty.map(\.id)
    }

    /// Passes the first pieces of a client's queued data to `body`.
    package mutating func forEachChunk(of id: ClientID, limit: Int, _ body: (UnsafeRawBufferPointer) -> Void) {
        dispatch()
        unsafe clients[id]?.outbox.forEachChunk(limit: limit, body)
    }

    /// Returns the number of bytes queued for a client.
    package mutating func unsentBytes(of id: ClientID) -> Int {
        dispatch()
        return clients[id]?.outbox.unsentBytes ?? 0
    }

    /// Returns whether to close a client's connection now: the reason, and everything before it, was sent.
    package mutating func isFinished(_ id: ClientID) -> Bool {
        dispatch()
        return clients[id].map { $0.isClosing && $0.outbox.unsentBytes == 0 } ?? true
    }

    /// Releases bytes sent to a client, and reports its losses if there is room now.
    package mutating func sent(_ count: Int, to id: ClientID) {
        dispatch()
        guard let client = clients[id] else { return }
        client.outbox.removeFirst(count)
        quotas.release(count, from: client.quota)
        endStalls()
        if !client.unreported.isEmpty, !client.isClosing {
            reportLosses(client, leavingRoomFor: RecordEncoder.exitLineLimit)
        }
        continueReplay(of: client)
    }

    /// Appends a line to a client's outbox regardless of its length; unreported losses are reported first.
    mutating func send(_ line: consuming ByteBuffer, to client: Client) {
        if !client.unreported.isEmpty { reportLossesNow(client) }
        put(line, client)
    }

    /// Sends the final message to a client.
    mutating func close(_ client: Client, reason: String) {
        send(ServerLine.closing(reason: reason), to: client)
        client.isClosing = true
    }

    private mutating func put(_ line: consuming ByteBuffer, _ client: Client) {
        let shared = SharedBytes(line, client.quota, in: quotas)
        put(shared, 0..<shared.count, client)
    }

    mutating func put(_ source: SharedBytes, _ range: Range<Int>, _ client: Client) {
        client.outbox.append(source, range)
        quotas.charge(range.count, to: client.quota)
        if !client.isDirty {
            client.isDirty = true
            dirty.append(client)
        }
    }
}

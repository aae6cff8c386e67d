import TaskstatsModel
import TaskstatsProtocol

extension Broker: ExitSink {
    /// A task ended: its record goes to everybody who wants it and may see it.
    package mutating func exited(_ record: borrowing ExitRecord) {
        for interest in routes.interests(of: record.cpu) where interest.wants(record) {
            let line = line(of: record, for: interest)
            makeRoom(for: line.count, in: interest)
            interest.append(scratch, line)
        }
        encoded.removeAll(keepingCapacity: true)
    }

    /// The kernel dropped records: everybody who subscribed to the CPU is told, for nobody knows whose they were.
    package mutating func lost(cpu: Int, count: UInt64) {
        handOut()
        let loss = Loss(.kernel(cpu: cpu), count: count)
        for interest in routes.interests(of: cpu) {
            for client in interest.subscribers where !client.isClosing {
                client.counters.lostInKernel += count
                client.lose(loss)
                tellLosses(client)
            }
        }
    }

    /// Encodes the line once for each choice of fields and redaction, and returns where it stands in `scratch`.
    private mutating func line(of record: borrowing ExitRecord, for interest: Interest) -> Range<Int> {
        let redactsIO = interest.key.access.redactsIO(record)
        let fields = interest.key.fields
        for line in encoded where line.redactsIO == redactsIO && line.fields == fields { return line.range }
        if encoded.isEmpty { scratch.removeAll() }
        let start = scratch.count
        RecordEncoder.appendExitLine(record, fields: fields, redacted: redactsIO ? [.io] : [], to: &scratch)
        encoded.append(EncodedLine(fields: fields, redactsIO: redactsIO, range: start..<scratch.count))
        return start..<scratch.count
    }

    /// No line that tells a loss is longer.
    private static let lostLineLimit = 160

    /// Puts the losses that a client was not told into its outbox, if they fit with what is to follow them.
    ///
    /// A client for whom nothing waits is told in any case: it may be others of its uid whose bytes leave no room, and
    /// nothing that is sent to this one would ever be the occasion.
    private mutating func tellLosses(_ client: Client, leavingRoomFor more: Int = 0) {
        let bytes = client.untold.count * Self.lostLineLimit + more
        if client.outbox.unsentBytes == 0 || hasRoom(client, for: bytes) { tellLossesNow(client) }
    }

    private mutating func tellLossesNow(_ client: Client) {
        for loss in client.takeUntold() { put(ServerLine.lost(loss), client) }
    }
}

// MARK: Handing out

extension Broker {
    /// Hands the lines of every interest to its subscribers.
    ///
    /// Everything that looks at outboxes, or puts something else into them, does this first: so the order of lines is
    /// the order of what happened.
    mutating func handOut() {
        for interest in pending {
            interest.isPending = false
            handOut(interest.takeLines(), of: interest)
        }
        pending.removeAll(keepingCapacity: true)
    }

    private mutating func makeRoom(for bytes: Int, in interest: Interest) {
        if !interest.hasRoom(for: bytes) {
            let filledAtOnce = handOut(interest.takeLines(), of: interest)
            interest.beginChunk(withRoomFor: bytes, after: filledAtOnce)
        }
        if !interest.isPending {
            interest.isPending = true
            pending.append(interest)
        }
    }

    /// Returns how many bytes there were.
    @discardableResult
    private mutating func handOut(_ lines: Interest.Lines?, of interest: Interest) -> Int {
        guard let lines else { return 0 }
        for client in interest.subscribers where !client.isClosing {
            if client.untold.isEmpty, hasRoom(client, for: lines.range.count) {
                client.counters.delivered += UInt64(lines.ends.count)
                put(lines.source, lines.range, client)
            } else if hasRoomForNone(of: lines, client) {
                lose(lines.ends.count, client)
            } else {
                handOutSingly(lines, to: client)
            }
        }
        return lines.range.count
    }

    /// Whether not even the shortest line fits, as with clients that have stopped, of whom there may be many.
    private func hasRoomForNone(of lines: Interest.Lines, _ client: Client) -> Bool {
        client.overflow == .drop && client.outbox.unsentBytes > 0
            && !hasRoom(client, for: client.untold.count * Self.lostLineLimit + lines.shortest)
    }

    private func lose(_ count: Int, _ client: Client) {
        client.counters.lostInQueue += UInt64(count)
        client.lose(Loss(.queue, count: UInt64(count)))
        client.outbox.shrinkLast()
    }

    /// Where not everything fits, each line is put in or counted as lost on its own.
    private mutating func handOutSingly(_ lines: Interest.Lines, to client: Client) {
        var start = lines.range.lowerBound
        for end in lines.ends {
            deliver(lines.source, start..<end, to: client)
            start = end
        }
    }

    private mutating func deliver(_ source: SharedBytes, _ range: Range<Int>, to client: Client) {
        if client.isClosing { return }
        if !client.untold.isEmpty { tellLosses(client, leavingRoomFor: range.count) }
        guard client.untold.isEmpty, hasRoom(client, for: range.count) else {
            switch client.overflow {
            case .drop:
                lose(1, client)
                tellLosses(client, leavingRoomFor: RecordEncoder.exitLineLimit)
            case .disconnect:
                close(client, reason: "records came faster than they were read (overflow: disconnect)")
            }
            return
        }
        client.counters.delivered += 1
        put(source, range, client)
    }
}

// MARK: Outboxes

extension Broker {
    /// The clients that have something to send since this was last asked.
    package mutating func takeDirtyClients() -> [ClientID] {
        handOut()
        defer { dirty.removeAll(keepingCapacity: true) }
        for client in dirty { client.isDirty = false }
        return dirty.map(\.id)
    }

    /// Lends the first pieces of what waits for a client.
    package mutating func forEachPiece(of id: ClientID, limit: Int, _ body: (UnsafeRawBufferPointer) -> Void) {
        handOut()
        unsafe clients[id]?.outbox.forEachPiece(limit: limit, body)
    }

    /// How many bytes wait for a client.
    package mutating func unsentBytes(of id: ClientID) -> Int {
        handOut()
        return clients[id]?.outbox.unsentBytes ?? 0
    }

    /// Whether a client's connection is to end now: it was told why, and everything was sent.
    package mutating func isFinished(_ id: ClientID) -> Bool {
        handOut()
        return clients[id].map { $0.isClosing && $0.outbox.unsentBytes == 0 } ?? true
    }

    /// Bytes were sent to a client; when that made room, it is told what it lost.
    package mutating func sent(_ count: Int, to id: ClientID) {
        handOut()
        guard let client = clients[id] else { return }
        client.outbox.removeFirst(count)
        accounts.release(count, from: client.account)
        if !client.untold.isEmpty, !client.isClosing {
            tellLosses(client, leavingRoomFor: RecordEncoder.exitLineLimit)
        }
    }

    /// Puts a line at the end of a client's outbox, whatever waits there already; what was lost is told before it.
    mutating func send(_ line: consuming ByteBuffer, to client: Client) {
        if !client.untold.isEmpty { tellLossesNow(client) }
        put(line, client)
    }

    /// The last words to a client; nothing else will follow.
    mutating func close(_ client: Client, reason: String) {
        send(ServerLine.closing(reason: reason), to: client)
        client.isClosing = true
    }

    private mutating func put(_ line: consuming ByteBuffer, _ client: Client) {
        let shared = SharedBytes(line)
        put(shared, 0..<shared.count, client)
    }

    private mutating func put(_ source: SharedBytes, _ range: Range<Int>, _ client: Client) {
        client.outbox.append(source, range)
        accounts.charge(range.count, to: client.account)
        if !client.isDirty {
            client.isDirty = true
            dirty.append(client)
        }
    }
}

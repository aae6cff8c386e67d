import CommandSupport
import Taskstats
import TaskstatsProtocol

/// One connection of a served daemon: requests go in, lines come out.
///
/// It is a pure state machine without a descriptor and a clock. It plays the recording only as far as its client reads:
/// nothing is lost by accident, and a client that does not read delays no other. It does not use the daemon's `Broker`,
/// which sends each record to all clients at once and drops what a client does not read.
struct ServedSession {
    /// How the connection ends once its output is sent.
    enum Ending {
        /// The reason was sent.
        case closing
        /// In the middle of a line.
        case vanishing
    }

    /// The time on two clocks, in nanoseconds: one that is never set, and one since 1970.
    struct Present {
        var monotonic: UInt64
        var realtime: UInt64
    }

    /// The bytes that are ready at once: enough to keep the connection busy.
    private static let window = 64 << 10

    let recording: ServedRecording
    let behavior: ServeBehavior
    let server: ServerInfo
    /// The bytes to send.
    private(set) var output: [UInt8] = []
    /// How the connection ends; nil while it continues.
    private(set) var ending: Ending?
    /// The first entry that was not played.
    var position = 0
    var playback: ServedPlayback?
    private var isLive = false
    private var records: UInt64 = 0
    private var losses = UnreportedLosses()
    private(set) var counters = DaemonStatus.Connection()
    private var badLinesInARow = 0

    /// Greets a client, or refuses it.
    init(_ recording: ServedRecording, _ behavior: ServeBehavior, _ server: ServerInfo) {
        self.recording = recording
        self.behavior = behavior
        self.server = server
        if let refusal = behavior.refusal(of: "connect") {
            refuseConnection(refusal)
        } else {
            send(ServerLine.hello(server))
        }
    }

    private mutating func refuseConnection(_ error: ProtocolError) {
        if let limit = error.limit {
            close(reason: "limit reached (\(limit.limit): \(limit.used) of \(limit.allowed) in use)", limit: limit)
        } else {
            var server = server
            (server.access, server.accessReason) = (.none, error.message)
            send(ServerLine.hello(server))
            close(reason: error.message)
        }
    }

    // MARK: Output

    /// Whether requests are read now: not while the client leaves its answers unread.
    var wantsRequests: Bool { ending == nil && output.count < Self.window }

    /// Removes bytes that were sent.
    mutating func sent(_ count: Int) { output.removeFirst(count) }

    /// Appends a line, after the losses before it.
    mutating func send(_ line: consuming ByteBuffer) {
        reportLosses()
        put(line.array)
    }

    private mutating func put(_ line: [UInt8]) {
        output += line
        counters.queueHighWater = max(counters.queueHighWater, output.count)
    }

    private mutating func reportLosses() {
        for loss in losses.losses { put(ServerLine.lost(loss).array) }
        losses = UnreportedLosses()
    }

    /// Ends the connection with a reason.
    mutating func close(reason: String, limit: ProtocolError.Limit? = nil) {
        guard ending == nil else { return }
        send(ServerLine.closing(reason: reason, limit: limit))
        ending = .closing
    }

    /// Answers a line that is not a request.
    mutating func reject(_ failure: RequestDecoder.Failure) {
        send(ServerLine.error(failure.id, failure.error))
        badLinesInARow += 1
        if badLinesInARow >= ProtocolLimits.badLinesInARow { close(reason: "\(badLinesInARow) bad lines in a row") }
    }

    /// Notes that a line was a request.
    mutating func accept() { badLinesInARow = 0 }

    /// Begins to play from a position on.
    mutating func play(_ playback: ServedPlayback, from position: Int) {
        self.position = position
        self.playback = playback
        isLive = false
        counters.cpus = playback.subscription.cpus
    }

    /// Ends the subscription.
    mutating func stop() {
        playback = nil
        counters.cpus = nil
    }

    // MARK: Playing

    /// Adds the records and starts that are due, as far as the client reads; returns when the next one is due, if that is later.
    mutating func play(at now: UInt64) -> UInt64? {
        while ending == nil, output.count < Self.window, let playback {
            guard position < recording.entries.count else {
                finish(playback)
                return nil
            }
            let entry = recording.entries[position]
            if let due = playback.due(entry), due > now { return due }
            switch entry.content {
            case .exit(let record): play(record, index: entry.index)
            case .start(let start): play(start)
            case .lost(let loss): play(loss)
            }
            position += 1
        }
        return nil
    }

    private mutating func play(_ record: ExitRecord, index: UInt64) {
        guard let subscription = playback?.subscription else { return }
        let isWanted = playback?.selects(record) ?? false
        switch behavior.place(ofLost: index) {
        case .kernel:
            guard subscription.cpus.contains(record.cpu) else { return }
            lostInKernel(LostRecords(.kernel(cpu: record.cpu), count: 1, index: index), after: index - 1)
        case .queue:
            if isWanted { dropped(LostRecords(.queue, count: 1, index: index), after: index - 1, subscription) }
        case .history, nil:
            if isWanted { deliver(record, subscription) }
        }
    }

    private mutating func play(_ loss: LostRecords) {
        guard let playback, playback.selects(loss) else { return }
        let before = recording.index(before: position)
        switch loss.place {
        case .kernel, .starts: lostInKernel(loss, after: before)
        case .queue: dropped(loss, after: before, playback.subscription)
        case .history:
            // Only a subscription that began in the past knows this place.
            if playback.isReplay {
                send(ServerLine.lost(loss))
            } else {
                dropped(
                    LostRecords(.queue, count: loss.count, index: loss.index), after: before, playback.subscription)
            }
        }
    }

    private mutating func play(_ start: ProcessStart) {
        guard let playback, playback.selects(start) else { return }
        send(ServerLine.start(start))
        counters.delivered += 1
    }

    private mutating func lostInKernel(_ loss: LostRecords, after index: UInt64) {
        losses.add(loss, after: index)
        counters.lostInKernel += loss.count ?? 0
    }

    private mutating func dropped(_ loss: LostRecords, after index: UInt64, _ subscription: Subscription) {
        guard let count = loss.count, count > 0 else { return }
        guard subscription.overflow == .drop else {
            return close(reason: "records arrived faster than the client read them (overflow: disconnect)")
        }
        losses.add(loss, after: index)
        counters.lostInQueue += count
    }

    private mutating func deliver(_ record: ExitRecord, _ subscription: Subscription) {
        let line = Self.line(record, subscription).array
        reportLosses()
        put(line)
        counters.delivered += 1
        records += 1
        if behavior.closing == .records(records) { close(reason: "closed on demand (--close-after)") }
        if behavior.vanishing == .records(records) {
            // The beginning of another line.
            output += line.prefix(line.count / 2)
            ending = .vanishing
        }
    }

    private static func line(_ record: ExitRecord, _ subscription: Subscription) -> ByteBuffer {
        var record = record
        // The encoder names withheld sums only where there are some to withhold.
        if record.isProcessWithheld { record.process = record.task }
        var line = ByteBuffer(capacity: RecordEncoder.exitLineLimit)
        RecordEncoder.appendExitLine(
            record, fields: subscription.fields, redacted: record.redacted, hidesProcess: record.isProcessWithheld,
            origin: subscription.origin ? record.origin.map(EncodedOrigin.init) : nil, to: &line)
        return line
    }

    private mutating func finish(_ playback: ServedPlayback) {
        reportLosses()
        if playback.isReplay, !isLive { send(ServerLine.live(index: recording.lastIndex)) }
        isLive = true
        if behavior.closing == .end { close(reason: "the recording has ended (--close-after)") }
        if behavior.vanishing == .end { ending = .vanishing }
    }
}

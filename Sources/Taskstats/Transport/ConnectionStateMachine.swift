import TaskstatsModel
import TaskstatsProtocol

/// The state of a connection: expected replies, kept events, and the end; it does no I/O.
///
/// A caller expects the reply to the last request, or to a range of requests. Events that arrive before a reply are
/// kept in order for the next caller that reads events. Their number is bounded: beyond the bound, records are counted
/// instead of kept, and the count appears as a loss at the point of the gap, as if the daemon had dropped them. After
/// the end nothing more is received: every request fails with the same error, and so does every wait for an event once
/// the kept events are consumed.
struct ConnectionStateMachine {
    /// The meaning of a line for a caller that expects a reply.
    enum Step {
        /// Not the reply; continue reading.
        case readOn
        /// The reply, with the text of its result if texts are kept.
        case answer(ServerEvent.Reply, text: [UInt8])
    }

    /// An event, or the text of an exit whose record was not decoded.
    enum Incoming {
        indirect case event(TaskstatsEvent)
        case exitText([UInt8])

        /// Its index; nil if it has none.
        var index: UInt64? {
            switch self {
            case .event(.exit(let record)): record.index
            case .event(.lost(let lost)): lost.index
            case .event(.live(let index)): index
            case .event: nil
            case .exitText(let params): LineStream.index(in: params)
            }
        }
    }

    private let limit: Int
    /// The id of the last request.
    private(set) var lastID: Int64 = 0
    private var kept: [Incoming] = []
    private var firstKept = 0
    /// The last event with an index that a caller has taken.
    private var lastTaken: Incoming?
    /// Where the subscription starts; nil if the daemon does not number records.
    var start: HistoryStart? {
        didSet { lastTaken = nil }
    }
    /// The error that ended the connection, if it has ended.
    private(set) var end: TaskstatsError?

    /// Creates a state that keeps up to this number of events while a reply is expected.
    init(keeping limit: Int = 8_192) { self.limit = limit }

    /// The index up to which a caller has taken every event; nil before the first event with an index.
    var lastIndex: UInt64? { lastTaken?.index }

    /// Returns an id for the next request.
    mutating func nextID() -> Int64 {
        lastID += 1
        return lastID
    }

    /// Records that the connection failed.
    mutating func fail(_ error: TaskstatsError) {
        if end == nil { end = error }
    }

    /// Processes a line while the reply to the last request is expected.
    mutating func receiveAwaitingAnswer(_ line: LineStream.Line) throws(TaskstatsError) -> Step {
        guard let answer = try receiveAwaitingAnswers(line, to: lastID...lastID) else { return .readOn }
        return .answer(answer.reply, text: answer.text)
    }

    /// Processes a line while replies to these requests are expected; returns one of them, or nil to continue reading.
    mutating func receiveAwaitingAnswers(
        _ line: LineStream.Line, to ids: ClosedRange<Int64>
    ) throws(TaskstatsError) -> (id: Int64, reply: ServerEvent.Reply, text: [UInt8])? {
        switch line {
        case .event(.reply(let id, let reply)) where ids.contains(id): return (id, reply, [])
        case .answer(.reply(let id, let reply), let result) where ids.contains(id): return (id, reply, result)
        case .event(.refusal(let error)): throw .refused(error)
        default: break
        }
        guard let incoming = event(in: line) else { return nil }
        keep(incoming)
        if let end { throw end }
        return nil
    }

    /// Processes a line while a caller takes events; returns its event, if there is one.
    mutating func takeEvent(in line: LineStream.Line) -> Incoming? {
        guard let incoming = event(in: line) else { return nil }
        noteTaken(incoming)
        return incoming
    }

    private mutating func noteTaken(_ incoming: Incoming) {
        guard start != nil else { return }
        switch incoming {
        case .event(.start), .event(.closing): break
        // A gap of starts alone, which have no index.
        case .event(.lost(let lost)) where lost.index == nil: break
        case .exitText, .event: lastTaken = incoming
        }
    }

    private mutating func event(in line: LineStream.Line) -> Incoming? {
        switch line {
        case .exitText(let text):
            return .exitText(text)
        case .event(let event):
            guard let event = TaskstatsEvent(event) else { return nil }
            if case .closing(let reason) = event { fail(.closed(reason: reason)) }
            return .event(event)
        case .answer:
            return nil
        }
    }

    /// Removes and returns the oldest kept event.
    mutating func takeKept() -> Incoming? {
        guard firstKept < kept.count else { return nil }
        let incoming = kept[firstKept]
        noteTaken(incoming)
        firstKept += 1
        if firstKept == kept.count || firstKept > limit {
            kept.removeFirst(firstKept)
            firstKept = 0
        }
        return incoming
    }

    private mutating func keep(_ incoming: Incoming) {
        guard kept.count - firstKept >= limit else { return kept.append(incoming) }
        switch incoming {
        case .exitText, .event(.exit), .event(.start): keep(LostRecords(.queue, count: 1, index: incoming.index))
        case .event(.lost(let lost)): keep(lost)
        case .event(.closing), .event(.live): kept.append(incoming)
        }
    }

    /// Adds a loss to the gap at the end of the kept events, which has one entry for each place.
    ///
    /// Only the last entry has the index behind the gap.
    private mutating func keep(_ lost: LostRecords) {
        for index in kept.indices[firstKept...].reversed() {
            guard case .event(.lost(var sum)) = kept[index] else { break }
            if sum.place == lost.place, let count = sum.count, let more = lost.count {
                sum.count = count &+ more
                kept[index] = .event(.lost(sum))
                return moveEndOfGap(to: lost.index)
            }
        }
        kept.append(.event(.lost(lost)))
    }

    private mutating func moveEndOfGap(to index: UInt64?) {
        guard let index, case .event(.lost(var last)) = kept.last else { return }
        last.index = index
        kept[kept.count - 1] = .event(.lost(last))
    }
}

extension TaskstatsEvent {
    /// Converts a protocol message to an event of the subscription; nil for other messages.
    fileprivate init?(_ event: ServerEvent) {
        switch event {
        case .exit(let record):
            self = .exit(record)
        case .start(let start):
            self = .start(start)
        case .lost(let lost):
            self = .lost(lost)
        case .live(let index):
            self = .live(index: index)
        case .closing(let reason):
            self = .closing(reason: reason)
        case .hello, .reply, .refusal, .unknown:
            return nil
        }
    }
}

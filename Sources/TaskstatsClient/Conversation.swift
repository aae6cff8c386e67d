import TaskstatsModel
import TaskstatsProtocol

/// What was said on a connection and what is still awaited: pure, it never touches the socket.
///
/// Answers are awaited to the last request, or to a row of them. Events that arrive before an answer are kept in the order in which they came, for
/// whoever asks for events next. Their number is bounded: beyond the bound records are counted instead of kept, and the
/// count stands as a loss where the gap is, as if the daemon had dropped them. After the end, whatever it was, nothing
/// more is heard: every request and, once the kept events are gone, every wait for an event fails the same way.
struct Conversation {
    /// What a line means to someone who waits for an answer.
    enum Step {
        /// Not the answer; go on reading.
        case readOn
        /// The answer, with the text of its result when texts are kept.
        case answer(ServerEvent.Reply, text: [UInt8])
    }

    /// An event, or the text of an exit whose record was not read.
    enum Incoming {
        case event(TaskstatsEvent)
        case exitText([UInt8])
    }

    private let limit: Int
    /// The id of the last request.
    private(set) var lastID: Int64 = 0
    private var kept: [Incoming] = []
    private var firstKept = 0
    /// How the conversation ended, if it has.
    private(set) var end: TaskstatsError?

    /// A conversation that keeps so many events while an answer is awaited.
    init(keeping limit: Int = 8_192) { self.limit = limit }

    /// An id for the next request.
    mutating func nextID() -> Int64 {
        lastID += 1
        return lastID
    }

    /// Takes note that the connection failed.
    mutating func fail(_ error: TaskstatsError) {
        if end == nil { end = error }
    }

    /// Takes a line while the answer to the last request is awaited.
    mutating func receiveAwaitingAnswer(_ line: LineStream.Line) throws(TaskstatsError) -> Step {
        guard let answer = try receiveAwaitingAnswers(line, to: lastID...lastID) else { return .readOn }
        return .answer(answer.reply, text: answer.text)
    }

    /// Takes a line while the answers to requests with these ids are awaited: one of them, or nil to go on reading.
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

    /// Takes a line while events are awaited: the event in it, if there is one.
    mutating func event(in line: LineStream.Line) -> Incoming? {
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

    /// The oldest event kept.
    mutating func takeKept() -> Incoming? {
        guard firstKept < kept.count else { return nil }
        let incoming = kept[firstKept]
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
        case .exitText, .event(.exit): keep(LostRecords(.queue, count: 1))
        case .event(.lost(let lost)): keep(lost)
        case .event(.closing): kept.append(incoming)
        }
    }

    /// Adds a loss to the gap at the end of what is kept, where each place stands once.
    private mutating func keep(_ lost: LostRecords) {
        for index in kept.indices[firstKept...].reversed() {
            guard case .event(.lost(var sum)) = kept[index] else { break }
            if sum.place == lost.place {
                sum.count &+= lost.count
                kept[index] = .event(.lost(sum))
                return
            }
        }
        kept.append(.event(.lost(lost)))
    }
}

extension TaskstatsEvent {
    /// What an event of the protocol tells a subscriber; nil when it is none.
    fileprivate init?(_ event: ServerEvent) {
        switch event {
        case .exit(let received):
            self = .exit(ExitRecord(received))
        case .lost(let loss):
            self = .lost(LostRecords(loss))
        case .closing(let reason):
            self = .closing(reason: reason)
        case .hello, .reply, .refusal, .unknown:
            return nil
        }
    }
}

extension ExitRecord {
    /// A record together with what the daemon withheld of it.
    package init(_ received: ReceivedExit) {
        self = received.record
        redacted = received.redacted
    }
}

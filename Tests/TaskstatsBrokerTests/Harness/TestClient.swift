import TaskstatsModel
import TaskstatsProtocol
import Testing

@testable import TaskstatsBroker

/// A client of a ``TestHost``, which sends requests, reads as much as the test wants, and keeps the received lines.
final class TestClient {
    let id: ClientID
    /// The received lines, without their newlines.
    private(set) var lines: [[UInt8]] = []
    /// The decoded lines.
    private(set) var events: [ServerEvent] = []
    private unowned let host: TestHost
    private var unfinishedLine: [UInt8] = []
    private var lastRequest: Int64 = 0

    init(id: ClientID, host: TestHost) {
        self.id = id
        self.host = host
    }

    // MARK: Requests

    /// Sends a request and returns its id; nil when the broker reads none now.
    @discardableResult func ask(_ call: Request.Call) -> Int64? {
        lastRequest += 1
        let line = Request(id: .integer(lastRequest), call: call).line.array
        return host.receive(String(decoding: line.dropLast(), as: UTF8.self), from: id) ? lastRequest : nil
    }

    /// Sends any line.
    func say(_ line: String) { host.receive(line, from: id) }

    @discardableResult func subscribe(
        cpus: String = "all", scope: RecordScope = .task, fields: FieldSet = .all,
        filter: RecordFilter = RecordFilter(),
        overflow: Subscription.Overflow = .drop, origin: Bool = false, starts: Bool = false,
        since: HistoryStart? = nil
    ) -> Int64? {
        var parameters = Subscription()
        parameters.scope = scope
        parameters.fields = fields
        parameters.filter = filter
        parameters.overflow = overflow
        parameters.origin = origin
        parameters.starts = starts
        parameters.since = since
        return ask(.subscribe(parameters, cpuList: cpus))
    }

    func unsubscribe() { ask(.unsubscribe) }

    /// Breaks the connection, regardless of queued bytes.
    func leave() { host.disconnect(id) }

    // MARK: Reading

    /// Reads up to `limit` bytes, by default everything, and returns the decoded lines.
    @discardableResult func read(_ limit: Int = .max) -> [ReceivedLine] {
        let known = events.count
        unfinishedLine += host.send(limit, to: id)
        while let end = unfinishedLine.firstIndex(of: UInt8(ascii: "\n")) {
            let line = Array(unfinishedLine[..<end])
            unfinishedLine.removeSubrange(...end)
            guard let event = Self.event(in: line) else { continue }
            lines.append(line)
            events.append(event)
        }
        return events[known...].map(ReceivedLine.init)
    }

    /// Decodes a line; a line that no daemon may send is an issue.
    static func event(in line: some Sequence<UInt8>) -> ServerEvent? {
        let line = Array(line)
        let event = unsafe line.withUnsafeBytes { bytes in
            Result { () throws(EventReader.Malformed) in try unsafe EventReader.read(bytes) }
        }
        switch event {
        case .success(let event): return event
        case .failure(let error):
            Issue.record("\(error.problem) in \(String(decoding: line, as: UTF8.self))")
            return nil
        }
    }

    // MARK: Received lines

    /// All lines, as far as their order is concerned.
    var received: [ReceivedLine] { events.map(ReceivedLine.init) }

    /// The tasks of the received exits.
    var pids: [UInt32] { exits.map(\.pid) }

    /// The received exits.
    var exits: [ExitRecord] { events.compactMap { if case .exit(let exit) = $0 { exit } else { nil } } }

    /// The received losses.
    var losses: [LostRecords] { events.compactMap { if case .lost(let loss) = $0 { loss } else { nil } } }

    /// The bytes of exit lines.
    var exitLines: [[UInt8]] { zip(lines, events).compactMap { if case .exit = $1 { $0 } else { nil } } }

    /// Returns the answer to a request.
    func answer(to request: Int64?) -> ServerEvent.Reply? {
        events.lazy.compactMap { event in
            if case .reply(let id, let reply) = event, id == request { reply } else { nil }
        }.first
    }

    /// Returns the error that answered a request.
    func error(of request: Int64?) -> ProtocolError? {
        if case .error(let error) = answer(to: request) { error } else { nil }
    }

    /// Requests the counters, and reads everything until the answer.
    func status() -> DaemonStatus? {
        let request = ask(.status)
        read()
        return if case .status(let status) = answer(to: request) { status } else { nil }
    }
}

/// A line, as far as its order is concerned.
enum ReceivedLine: Equatable {
    case hello
    case exit(UInt32)
    case start(UInt32)
    case lost(LostRecords.Place, UInt64?)
    case live(UInt64)
    case answer(Int64)
    case error(Int64, ProtocolError.Name)
    /// The refusal of a line without a readable id.
    case refusal(ProtocolError.Name)
    case closing(String)
    case unknown

    init(_ event: ServerEvent) {
        switch event {
        case .hello: self = .hello
        case .exit(let exit): self = .exit(exit.pid)
        case .start(let start): self = .start(start.pid)
        case .lost(let loss): self = .lost(loss.place, loss.count)
        case .live(let index): self = .live(index)
        case .closing(let reason): self = .closing(reason)
        case .reply(let id, .error(let error)): self = .error(id, error.name)
        case .reply(let id, _): self = .answer(id)
        case .refusal(let error): self = .refusal(error.name)
        case .unknown: self = .unknown
        }
    }
}

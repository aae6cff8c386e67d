import TaskstatsModel
import Testing

@testable import TaskstatsProtocol

/// One line of a conversation as spelled out by a test: the text to encode and the event to decode.
struct GoldenExchange {
    private enum Meaning {
        case request(Request)
        case refused(RequestDecoder.Failure)
        case event(ServerEvent)
    }

    private let text: String
    private let meaning: Meaning

    /// A request as encoded by our client.
    static func client(_ request: Request) -> GoldenExchange {
        let line = request.line
        return GoldenExchange(text: line.line, meaning: .request(request))
    }

    /// A request as worded by another client.
    static func client(_ request: Request, worded text: String) -> GoldenExchange {
        GoldenExchange(text: text, meaning: .request(request))
    }

    /// A line that the daemon refuses without further inspection.
    static func client(_ text: String, refused error: ProtocolError, id: RequestID? = nil) -> GoldenExchange {
        GoldenExchange(text: text, meaning: .refused(RequestDecoder.Failure(id: id, error: error)))
    }

    /// A line of the daemon.
    static func daemon(_ line: consuming ByteBuffer, _ event: ServerEvent) -> GoldenExchange {
        GoldenExchange(text: line.line, meaning: .event(event))
    }

    /// An exit with the client's decoded event.
    static func exit(
        _ record: ExitRecord, index: UInt64 = 1, fields: FieldSet, redacted: [FieldGroup] = [],
        reads: ExitRecord? = nil
    ) -> GoldenExchange {
        var record = record
        record.index = index
        var line = ByteBuffer(capacity: RecordEncoder.exitLineLimit)
        RecordEncoder.appendExitLine(
            record, fields: fields, redacted: redacted, origin: record.origin.map { EncodedOrigin($0) }, to: &line)
        var read = reads ?? record
        read.index = index
        read.redacted = redacted
        return .daemon(line, .exit(read))
    }

    /// A refusal.
    static func error(_ id: Int64?, _ error: ProtocolError) -> GoldenExchange {
        .daemon(
            ServerLine.error(id.map(RequestID.integer), error),
            id.map { .reply(id: $0, .error(error)) } ?? .refusal(error))
    }

    fileprivate func check(against line: GoldenConversation.Line, sourceLocation: SourceLocation) throws {
        #expect(line.text == text, sourceLocation: sourceLocation)
        switch meaning {
        case .request(let request):
            #expect(line.sender == .client, sourceLocation: sourceLocation)
            #expect(try RequestDecoder.decode(line.text) == request, sourceLocation: sourceLocation)
        case .refused(let failure):
            #expect(line.sender == .client, sourceLocation: sourceLocation)
            #expect(RequestDecoder.failure(line.text) == failure, sourceLocation: sourceLocation)
        case .event(let event):
            #expect(line.sender == .daemon, sourceLocation: sourceLocation)
            #expect(try EventReader.read(line.text) == event, sourceLocation: sourceLocation)
        }
    }
}

extension GoldenConversation {
    /// Expects the conversation to be exactly these turns, in both directions.
    static func expect(
        _ name: String, _ turns: [GoldenExchange], sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let lines = try GoldenConversation(name).lines
        #expect(lines.count == turns.count, sourceLocation: sourceLocation)
        for (line, turn) in zip(lines, turns) { try turn.check(against: line, sourceLocation: sourceLocation) }
    }
}

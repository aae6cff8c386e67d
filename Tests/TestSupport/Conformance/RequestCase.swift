import TaskstatsProtocol

/// A line of a client and what must come of it, by Protocol/README.md.
package struct RequestCase: Sendable, CustomStringConvertible {
    /// What comes of a line.
    package enum Outcome: Sendable {
        /// It is a request and means this; on any machine it is answered with a result, or with this error.
        case accepted(Request.Call, answer: ProtocolError.Name? = nil)
        /// It is refused under this name; without an id when none could be read.
        case refused(ProtocolError.Name, id: RequestID? = nil)
    }

    /// What the line is about.
    package let topic: String
    /// The line without its newline.
    package let line: [UInt8]
    /// What must come of it.
    package let outcome: Outcome

    package var description: String {
        let shown = 120
        let text = String(decoding: line.prefix(shown), as: UTF8.self).debugDescription
        return "\(topic): \(text)\(line.count > shown ? "... (\(line.count) bytes)" : "")"
    }

    /// All cases.
    package static let all: [RequestCase] =
        texts + numbers + strings + bytes + nesting + names + shapes + ids + methods + targets + subscriptions + huge

    static func of(_ topic: String, _ outcome: Outcome, _ lines: [String]) -> [RequestCase] {
        lines.map { RequestCase(topic: topic, line: Array($0.utf8), outcome: outcome) }
    }

    static func of(_ topic: String, _ outcome: Outcome, bytes lines: [[UInt8]]) -> [RequestCase] {
        lines.map { RequestCase(topic: topic, line: $0, outcome: outcome) }
    }

    /// The id that all requests of the set have unless they are about ids.
    package static let id = RequestID.integer(7)

    /// A request with these params.
    static func request(_ method: String, _ params: String? = nil) -> String {
        #"{"jsonrpc":"2.0","id":7,"method":"\#(method)"\#(params.map { ",\"params\":\($0)" } ?? "")}"#
    }

    /// A line that is a request but for these bytes in the string that is its id.
    static func within(_ bytes: [UInt8]) -> [UInt8] {
        Array(#"{"jsonrpc":"2.0","id":""#.utf8) + bytes + Array(#"","method":"unsubscribe"}"#.utf8)
    }
}

import TaskstatsProtocol

/// A line of a client and its result according to Protocol/README.md.
package struct RequestCase: Sendable, CustomStringConvertible {
    /// The result of a line.
    package enum Outcome: Sendable {
        /// A valid request with this meaning; any machine answers it with a result, or with this error.
        case accepted(Request.Call, answer: ProtocolError.Name? = nil)
        /// It is refused with this error name; without an id when none could be read.
        case refused(ProtocolError.Name, id: RequestID? = nil)
    }

    /// The subject of the line.
    package let topic: String
    /// The line without its newline.
    package let line: [UInt8]
    /// The required result.
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

    /// The id of all requests of the set, except those about ids.
    package static let id = RequestID.integer(7)

    /// Returns a request with these params.
    static func request(_ method: String, _ params: String? = nil) -> String {
        #"{"jsonrpc":"2.0","id":7,"method":"\#(method)"\#(params.map { ",\"params\":\($0)" } ?? "")}"#
    }

    /// Returns a valid request, except for these bytes in its string id.
    static func within(_ bytes: [UInt8]) -> [UInt8] {
        Array(#"{"jsonrpc":"2.0","id":""#.utf8) + bytes + Array(#"","method":"unsubscribe"}"#.utf8)
    }
}

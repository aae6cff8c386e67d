import Foundation

@testable import TaskstatsProtocol

/// A conversation of Protocol/examples: lines of a client and of the daemon in the order in which they were sent.
struct GoldenConversation {
    enum Sender: String { case client, daemon }

    struct Line: Equatable {
        var sender: Sender
        /// The bytes of the line, without its newline.
        var text: String
    }

    struct Malformed: Error {
        var file: String
        var line: String
    }

    let name: String
    let lines: [Line]

    private static let directory = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Protocol/examples")

    /// Reads the conversation with that name.
    init(_ name: String) throws {
        self.name = name
        let text = try String(contentsOf: Self.directory.appending(path: "\(name).ndjson"), encoding: .utf8)
        lines = try text.split(separator: "\n").map { line in
            guard let parsed = try Self.parse(String(line)) else { throw Malformed(file: name, line: String(line)) }
            return parsed
        }
    }

    /// Returns the names of all conversations.
    static func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory.path)
            .filter { $0.hasSuffix(".ndjson") }.map { String($0.dropLast(".ndjson".count)) }.sorted()
    }

    /// Returns all conversations.
    static func all() throws -> [GoldenConversation] { try names().map(GoldenConversation.init) }

    /// Parses an example by its bytes, because its contents are compared byte by byte.
    private static func parse(_ example: String) throws -> Line? {
        for sender in [Sender.client, .daemon] {
            let head = #"{"from":"\#(sender.rawValue)","line":"#
            if example.hasPrefix(head), example.hasSuffix("}") {
                return Line(sender: sender, text: String(example.dropFirst(head.count).dropLast()))
            }
        }
        // Lines that are not JSON are encoded as strings.
        let value = try JSONDocument.read(example)
        guard value["from"]?.string == "client", let text = value["text"]?.string else { return nil }
        return Line(sender: .client, text: text)
    }
}

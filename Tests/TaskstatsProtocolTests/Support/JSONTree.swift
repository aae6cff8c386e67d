import TestSupport

@testable import TaskstatsProtocol

/// The content of a JSON text, for a comparison of two parsers.
///
/// Numbers that are not integers are not distinguished.
indirect enum JSONTree: Equatable {
    struct Member: Equatable {
        var name: [UInt8]
        var value: JSONTree
    }

    case object([Member])
    case array([JSONTree])
    case string([UInt8])
    case integer(Int64)
    case bool(Bool)
    case other

    /// Converts a value of jansson.
    init(_ value: JSONValue) {
        if let entries = value.entries {
            self = .object(entries.map { Member(name: Array($0.name.utf8), value: JSONTree($0.value)) })
        } else if let elements = value.elements {
            self = .array(elements.map(JSONTree.init))
        } else if let string = value.string {
            self = .string(Array(string.utf8))
        } else if let integer = value.integer {
            self = .integer(integer)
        } else if let bool = value.bool {
            self = .bool(bool)
        } else {
            self = .other
        }
    }

    /// Reads a value at a cursor.
    init(reading cursor: inout JSONCursor) throws(JSONCursor.Mismatch) {
        switch cursor.peek() {
        case UInt8(ascii: "{"):
            var entries: [Member] = []
            try unsafe cursor.object { (cursor, name) throws(JSONCursor.Mismatch) in
                let name = unsafe JSONEscapes.resolve(name) ?? ""
                entries.append(Member(name: Array(name.utf8), value: try JSONTree(reading: &cursor)))
            }
            self = .object(entries)
        case UInt8(ascii: "["):
            var elements: [JSONTree] = []
            try cursor.expect(UInt8(ascii: "["))
            if !cursor.take(UInt8(ascii: "]")) {
                repeat { elements.append(try JSONTree(reading: &cursor)) } while cursor.take(UInt8(ascii: ","))
                try cursor.expect(UInt8(ascii: "]"))
            }
            self = .array(elements)
        case UInt8(ascii: "\""): self = .string(Array(try cursor.string().utf8))
        case UInt8(ascii: "t"), UInt8(ascii: "f"): self = .bool(try cursor.bool())
        default:
            let text = try unsafe String(decoding: cursor.skip(), as: UTF8.self)
            self = Int64(text).map(JSONTree.integer) ?? .other
        }
    }
}

/// Random valid JSON texts of every shape, with random white space.
enum RandomJSON {
    static func text(depth: Int, using generator: inout SeededGenerator) -> String {
        let space = generator.chance(30) ? [" ", "\t", "\n", "\r", "  "].randomElement(using: &generator) ?? "" : ""
        return space + value(depth: depth, using: &generator) + space
    }

    private static func value(depth: Int, using generator: inout SeededGenerator) -> String {
        switch UInt8.random(in: 0..<(depth > 0 ? 8 : 4), using: &generator) {
        case 0: return string(using: &generator)
        case 1: return String(Int64(truncatingIfNeeded: generator.integer()))
        case 2: return ["true", "false", "null"].randomElement(using: &generator) ?? "null"
        case 3: return ["0.5", "-1e3", "2E-7", "1.25e+2"].randomElement(using: &generator) ?? "0.5"
        case 4, 5:
            let elements = (0..<Int.random(in: 0...4, using: &generator)).map { _ in
                text(depth: depth - 1, using: &generator)
            }
            return "[\(elements.joined(separator: ","))]"
        default:
            // The number keeps keys distinct, because jansson is asked to refuse duplicates.
            let entries = (0..<Int.random(in: 0...4, using: &generator)).map { index in
                "\"\(index)\(string(using: &generator).dropFirst()):\(text(depth: depth - 1, using: &generator))"
            }
            return "{\(entries.joined(separator: ","))}"
        }
    }

    private static func string(using generator: inout SeededGenerator) -> String {
        let parts = [
            "a", "{", "}", "[", "]", ",", ":", " ", "é", "🦀", #"\""#, #"\\"#, #"\/"#, #"\b"#, #"\f"#, #"\n"#, #"\r"#,
            #"\t"#, #"\u00e9"#, #"\uD83E\uDD80"#,
        ]
        let text = (0..<Int.random(in: 0...6, using: &generator)).map { _ in
            parts.randomElement(using: &generator) ?? ""
        }
        return "\"\(text.joined())\""
    }
}

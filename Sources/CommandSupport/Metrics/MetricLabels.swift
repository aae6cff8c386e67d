/// The labels of a sample, already escaped for both text formats.
///
/// A value can come from a process, which chooses its own name. Whatever it contains, it stays within its quotes.
package struct MetricLabels {
    /// The text between the braces.
    private(set) var bytes: [UInt8] = []

    /// Creates labels with these names and values.
    package init(_ pairs: [(name: String, value: String)] = []) {
        for pair in pairs { add(pair.name, pair.value) }
    }

    /// Adds a label; the name must be valid.
    package mutating func add(_ name: String, _ value: String) {
        if !bytes.isEmpty { bytes.append(UInt8(ascii: ",")) }
        bytes.append(contentsOf: name.utf8)
        bytes.append(contentsOf: "=\"".utf8)
        append(value)
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func append(_ text: String) {
        // Most names need no escape.
        if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "\\") && $0 != UInt8(ascii: "\"") }) {
            return bytes.append(contentsOf: text.utf8)
        }
        for character in text.unicodeScalars { append(character) }
    }

    private mutating func append(_ character: Unicode.Scalar) {
        switch character {
        case "\\": bytes.append(contentsOf: "\\\\".utf8)
        case "\"": bytes.append(contentsOf: "\\\"".utf8)
        case "\n": bytes.append(contentsOf: "\\n".utf8)
        default:
            // A label can be shown on a terminal.
            let text = String(character)
            let shown = PrintableText.of(text)
            bytes.append(contentsOf: (shown == text ? text : "\\" + shown).utf8)
        }
    }
}

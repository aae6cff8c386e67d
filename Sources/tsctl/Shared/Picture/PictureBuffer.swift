/// Markup that is not written yet, and the only way for texts of processes into it.
struct PictureBuffer {
    typealias Write = (ArraySlice<UInt8>) throws(StandardOutput.Stop) -> Void

    private(set) var bytes: [UInt8] = []
    private static let pieceBytes = 32_768

    /// Adds markup as it is.
    mutating func add(_ markup: String) { bytes.append(contentsOf: markup.utf8) }

    /// Adds a text that a process may have chosen, as the content of an element or of a quoted attribute.
    mutating func add(text: String) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "&"): add("&amp;")
            case UInt8(ascii: "<"): add("&lt;")
            case UInt8(ascii: ">"): add("&gt;")
            case UInt8(ascii: "\""): add("&quot;")
            case UInt8(ascii: "'"): add("&#39;")
            // XML has no way to write other control characters.
            case 0..<0x20, 0x7f: add(" ")
            default: bytes.append(byte)
            }
        }
    }

    /// Adds a text as a JSON string that cannot end the script element that contains it.
    mutating func add(json text: String) {
        add("\"")
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"), 0..<0x20:
                add("\\u00" + (byte < 0x10 ? "0" : "") + String(byte, radix: 16))
            default: bytes.append(byte)
            }
        }
        add("\"")
    }

    /// Writes the buffered markup once there is enough of it.
    mutating func flushIfFull(to write: Write) throws(StandardOutput.Stop) {
        if bytes.count >= Self.pieceBytes { try flush(to: write) }
    }

    /// Writes the buffered markup.
    mutating func flush(to write: Write) throws(StandardOutput.Stop) {
        defer { bytes.removeAll(keepingCapacity: true) }
        if !bytes.isEmpty { try write(bytes[...]) }
    }
}

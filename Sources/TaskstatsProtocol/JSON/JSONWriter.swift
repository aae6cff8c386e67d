/// Writes one JSON text in ASCII, and adds commas where required.
///
/// The text is a line of the protocol or a part of one. Characters outside of printable ASCII become `\uXXXX`, so that
/// no text of a process can break a line or reach a terminal.
package struct JSONWriter: ~Copyable {
    /// The text so far.
    package var bytes: ByteBuffer
    private var needsComma = false

    /// Creates a writer with this capacity.
    package init(capacity: Int = 256) { bytes = ByteBuffer(capacity: capacity) }

    /// Returns the text.
    package consuming func finish() -> ByteBuffer { bytes }

    /// Writes an object whose keys `body` writes.
    package mutating func object<Failure: Error>(_ body: (inout JSONWriter) throws(Failure) -> Void) throws(Failure) {
        open(UInt8(ascii: "{"))
        try body(&self)
        close(UInt8(ascii: "}"))
    }

    /// Writes an array whose elements `body` writes.
    package mutating func array(_ body: (inout JSONWriter) -> Void) {
        open(UInt8(ascii: "["))
        body(&self)
        close(UInt8(ascii: "]"))
    }

    /// Writes a key; its value must follow.
    package mutating func key(_ name: some StringProtocol) {
        comma()
        bytes.append(UInt8(ascii: "\""))
        // The keys of the protocol need no escapes.
        for byte in name.utf8 { bytes.append(byte) }
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// Writes a key with an integer.
    package mutating func field(_ name: String, _ value: some BinaryInteger) {
        key(name)
        integer(value)
    }

    /// Writes a key with a string.
    package mutating func field(_ name: String, _ value: some StringProtocol) {
        key(name)
        string(value)
    }

    /// Writes a key with a boolean.
    package mutating func field(_ name: String, _ value: Bool) {
        key(name)
        raw(value ? "true" : "false")
    }

    /// Writes a key with an array of strings.
    package mutating func field(_ name: String, _ values: some Sequence<String>) {
        key(name)
        array { writer in
            for value in values { writer.string(value) }
        }
    }

    /// Writes an integer.
    package mutating func integer(_ value: some BinaryInteger) {
        comma()
        bytes.append(text: String(value))
    }

    /// Writes a string.
    package mutating func string(_ value: some StringProtocol) {
        comma()
        bytes.append(UInt8(ascii: "\""))
        for unit in value.utf16 { Self.append(escaped: unit, to: &bytes) }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Writes a string of bytes, of which each part that is not UTF-8 becomes U+FFFD.
    package mutating func string(bytes text: [UInt8]) {
        guard text.allSatisfy({ 0x20 <= $0 && $0 < 0x7f && $0 != 0x22 && $0 != 0x5c }) else {
            return string(String(decoding: text, as: UTF8.self))
        }
        comma()
        bytes.append(UInt8(ascii: "\""))
        unsafe text.withUnsafeBytes { unsafe bytes.append($0) }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Writes a literal: true, false, null.
    package mutating func raw(_ literal: StaticString) {
        comma()
        bytes.append(literal)
    }

    /// Writes a value that `body` appends.
    package mutating func value(_ body: (inout ByteBuffer) -> Void) {
        comma()
        body(&bytes)
    }

    private mutating func comma() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    private mutating func open(_ bracket: UInt8) {
        comma()
        bytes.append(bracket)
        needsComma = false
    }

    private mutating func close(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    static func append(escaped unit: UInt16, to bytes: inout ByteBuffer) {
        switch unit {
        case 0x22, 0x5c:
            bytes.append(UInt8(ascii: "\\"))
            bytes.append(UInt8(unit))
        case 0x20..<0x7f:
            bytes.append(UInt8(unit))
        default:
            bytes.append("\\u")
            for shift in [12, 8, 4, 0] as [UInt16] { bytes.append(hexDigit(UInt8((unit >> shift) & 0xf))) }
        }
    }

    static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}

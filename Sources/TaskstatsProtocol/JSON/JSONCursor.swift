/// Walks over one JSON text from left to right without allocating.
///
/// It reads the daemon's lines, with counters over the full range of u64, which jansson refuses, and at a high rate. It
/// checks the position of every byte, but it does not validate: skipped values are followed only through brackets and
/// strings.
@safe struct JSONCursor {
    /// Unexpected text at this offset.
    struct Mismatch: Error, Equatable {
        let offset: Int
    }

    private let text: UnsafeRawBufferPointer
    private let count: Int
    private(set) var offset = 0

    /// Creates a cursor at the start of a text, which must outlive it.
    init(_ text: UnsafeRawBufferPointer) {
        unsafe self.text = text
        count = text.count
    }

    /// Returns the byte at the cursor, after white space; nil at the end.
    mutating func peek() -> UInt8? {
        while offset < count {
            let byte = unsafe text[offset]
            guard byte == 0x20 || byte == 0x09 || byte == 0x0d || byte == 0x0a else { return byte }
            offset += 1
        }
        return nil
    }

    /// Steps over this byte if it is next.
    @inline(__always)
    mutating func take(_ byte: UInt8) -> Bool {
        guard peek() == byte else { return false }
        offset += 1
        return true
    }

    /// Steps over this byte, which must be next.
    @inline(__always)
    mutating func expect(_ byte: UInt8) throws(Mismatch) {
        guard take(byte) else { throw Mismatch(offset: offset) }
    }

    /// Reads an object: calls `member` with each key and the cursor at its value, which it must step over.
    @inline(__always)
    mutating func object(
        _ field: (inout JSONCursor, UnsafeRawBufferPointer) throws(Mismatch) -> Void
    ) throws(Mismatch) {
        try expect(UInt8(ascii: "{"))
        if take(UInt8(ascii: "}")) { return }
        repeat {
            let name = try unsafe rawString()
            try expect(UInt8(ascii: ":"))
            try unsafe field(&self, name)
        } while take(UInt8(ascii: ","))
        try expect(UInt8(ascii: "}"))
    }

    /// Steps over an empty object if one is next.
    mutating func takeEmptyObject() -> Bool {
        var probe = self
        guard probe.take(UInt8(ascii: "{")), probe.take(UInt8(ascii: "}")) else { return false }
        self = probe
        return true
    }

    /// Steps over the byte returned by `peek`.
    mutating func stepOver() { offset += 1 }

    /// Steps over a key, with its preceding comma or brace and its colon, if it is next.
    @inline(__always)
    mutating func take(_ key: borrowing FieldKey) -> Bool {
        guard count - offset >= FieldKey.width else { return false }
        let next = unsafe text.loadUnaligned(fromByteOffset: offset, as: SIMD32<UInt8>.self)
        guard all((next .== key.text) .| key.ignored) else { return false }
        offset += key.length
        return true
    }

    /// Reads an integer from 0 to the largest u64.
    @inline(__always)
    mutating func unsigned() throws(Mismatch) -> UInt64 {
        _ = peek()
        let start = offset
        var value: UInt64 = 0
        while offset < count {
            let digit = unsafe text[offset] &- 0x30
            guard digit < 10 else { break }
            // Nineteen digits always fit; only the twentieth can overflow.
            if offset - start < 19 {
                value = value &* 10 &+ UInt64(digit)
            } else {
                let (product, overflow) = value.multipliedReportingOverflow(by: 10)
                let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
                guard !overflow, !carry else { throw Mismatch(offset: offset) }
                value = sum
            }
            offset += 1
        }
        guard offset > start else { throw Mismatch(offset: offset) }
        return value
    }

    /// Reads an integer from 0 to `limit`.
    mutating func unsigned(through limit: UInt64) throws(Mismatch) -> UInt64 {
        let value = try unsigned()
        guard value <= limit else { throw Mismatch(offset: offset) }
        return value
    }

    /// Reads an integer of either sign.
    mutating func signed() throws(Mismatch) -> Int64 {
        let negative = take(UInt8(ascii: "-"))
        let start = offset
        let magnitude = try unsigned()
        let value = negative ? Int64(exactly: -Int128(magnitude)) : Int64(exactly: magnitude)
        guard let value else { throw Mismatch(offset: start) }
        return value
    }

    /// Reads true or false.
    mutating func bool() throws(Mismatch) -> Bool {
        _ = peek()
        for (literal, value) in [("true", true), ("false", false)] where unsafe rest.starts(with: literal.utf8) {
            offset += literal.utf8.count
            return value
        }
        throw Mismatch(offset: offset)
    }

    /// Reads a string, with its escapes resolved.
    mutating func string() throws(Mismatch) -> String {
        let start = offset
        let raw = try unsafe rawString()
        guard unsafe raw.contains(UInt8(ascii: "\\")) else { return unsafe String(decoding: raw, as: UTF8.self) }
        guard let text = unsafe JSONEscapes.resolve(raw) else { throw Mismatch(offset: start) }
        return text
    }

    /// Returns the bytes between the quotes, with unresolved escapes.
    @inline(__always)
    mutating func rawString() throws(Mismatch) -> UnsafeRawBufferPointer {
        try expect(UInt8(ascii: "\""))
        let start = offset
        while offset < count {
            let byte = unsafe text[offset]
            if byte == UInt8(ascii: "\"") {
                defer { offset += 1 }
                return unsafe UnsafeRawBufferPointer(rebasing: text[start..<offset])
            }
            offset += byte == UInt8(ascii: "\\") ? 2 : 1
        }
        throw Mismatch(offset: count)
    }

    /// Steps over a value of any kind and returns its bytes.
    @discardableResult
    mutating func skip() throws(Mismatch) -> UnsafeRawBufferPointer {
        guard let first = peek() else { throw Mismatch(offset: offset) }
        let start = offset
        switch first {
        case UInt8(ascii: "\""):
            _ = try unsafe rawString()
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            var depth = 0
            repeat {
                guard let byte = peek() else { throw Mismatch(offset: offset) }
                if byte == UInt8(ascii: "\"") {
                    _ = try unsafe rawString()
                    continue
                }
                if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") { depth += 1 }
                if byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") { depth -= 1 }
                offset += 1
            } while depth > 0
        default:
            let end = unsafe rest.firstIndex { $0 == 0x2c || $0 == 0x7d || $0 == 0x5d || $0 <= 0x20 }
            offset = end ?? count
            guard offset > start else { throw Mismatch(offset: offset) }
        }
        return unsafe UnsafeRawBufferPointer(rebasing: text[start..<min(offset, count)])
    }

    private var rest: Slice<UnsafeRawBufferPointer> { unsafe text[offset...] }
}

/// Resolution of escapes in JSON strings.
enum JSONEscapes {
    /// Returns the text of a string's bytes, with U+FFFD for a lone surrogate; nil when an escape is invalid.
    static func resolve(_ raw: UnsafeRawBufferPointer) -> String? {
        var units: [UInt8] = []
        var surrogates: [UInt16] = []
        func flush() {
            guard !surrogates.isEmpty else { return }
            units.append(contentsOf: String(decoding: surrogates, as: UTF16.self).utf8)
            surrogates = []
        }
        var index = 0
        while index < raw.count {
            let byte = unsafe raw[index]
            index += 1
            guard byte == UInt8(ascii: "\\") else {
                flush()
                units.append(byte)
                continue
            }
            guard index < raw.count else { return nil }
            let escape = unsafe raw[index]
            index += 1
            if escape == UInt8(ascii: "u") {
                guard index + 4 <= raw.count,
                    let unit = codeUnit(unsafe Array(raw[index..<index + 4]))
                else { return nil }
                index += 4
                surrogates.append(unit)
                continue
            }
            guard let resolved = simple[escape] else { return nil }
            flush()
            units.append(resolved)
        }
        flush()
        return String(decoding: units, as: UTF8.self)
    }

    private static func codeUnit(_ digits: [UInt8]) -> UInt16? {
        var unit: UInt16 = 0
        for digit in digits {
            guard let value = Character(Unicode.Scalar(digit)).hexDigitValue else { return nil }
            unit = unit << 4 | UInt16(value)
        }
        return unit
    }

    private static let simple: [UInt8: UInt8] = [
        UInt8(ascii: "\""): 0x22, UInt8(ascii: "\\"): 0x5c, UInt8(ascii: "/"): 0x2f, UInt8(ascii: "b"): 0x08,
        UInt8(ascii: "f"): 0x0c, UInt8(ascii: "n"): 0x0a, UInt8(ascii: "r"): 0x0d, UInt8(ascii: "t"): 0x09,
    ]
}

@testable import TaskstatsProtocol

// The protocol's readers and writers work on raw buffers; tests speak in text and arrays. All of the tests' pointers
// are here.

extension RequestDecoder {
    /// Reads a line given as bytes.
    static func decode(_ line: [UInt8]) throws(Failure) -> Request {
        try unsafe line.span.withUnsafeBytes { (bytes) throws(Failure) in try unsafe decode(bytes) }
    }

    /// Reads a line given as text.
    static func decode(_ line: String) throws(Failure) -> Request { try decode(Array(line.utf8)) }

    /// Why a line is refused; nil when it is not.
    static func failure(_ line: [UInt8]) -> Failure? {
        do throws(Failure) {
            _ = try decode(line)
            return nil
        } catch {
            return error
        }
    }

    /// Why a line is refused; nil when it is not.
    static func failure(_ line: String) -> Failure? { failure(Array(line.utf8)) }
}

extension EventReader {
    /// Reads a line given as bytes.
    static func read(_ line: [UInt8]) throws(Malformed) -> ServerEvent {
        try unsafe line.span.withUnsafeBytes { (bytes) throws(Malformed) in try unsafe read(bytes) }
    }

    /// Reads a line given as text.
    static func read(_ line: String) throws(Malformed) -> ServerEvent { try read(Array(line.utf8)) }
}

extension JSONDocument {
    /// Reads a text with jansson.
    static func read(_ text: String) throws(ReadError) -> JSONValue {
        let bytes = Array(text.utf8)
        return try unsafe bytes.span.withUnsafeBytes { (bytes) throws(ReadError) in try unsafe JSONDocument(bytes).value
        }
    }
}

extension JSONCursor {
    /// Lends a cursor over a text.
    static func walk<Result>(_ text: String, _ body: (inout JSONCursor) throws -> Result) throws -> Result {
        let bytes = Array(text.utf8)
        return try unsafe bytes.span.withUnsafeBytes { bytes in
            var cursor = unsafe JSONCursor(bytes)
            return try body(&cursor)
        }
    }
}

extension NestingDepth {
    /// Looks at a text.
    static func isWithinLimit(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return unsafe bytes.span.withUnsafeBytes { unsafe isWithinLimit($0) }
    }
}

extension DecimalDigits {
    /// The digits as text.
    static func text(_ value: UInt64) -> String {
        var buffer = ByteBuffer(capacity: limit)
        buffer.append(decimal: value)
        return buffer.text
    }
}

extension ByteBuffer {
    /// The bytes as text, which they are: the protocol writes ASCII.
    var text: String { String(decoding: array, as: UTF8.self) }

    /// The text without the newline that ends it.
    var line: String {
        let text = text
        return text.hasSuffix("\n") ? String(text.dropLast()) : "no newline: \(text)"
    }
}

extension LineFramer {
    /// Puts as many of the bytes as there is room for.
    mutating func fill(from bytes: inout ArraySlice<UInt8>, atMost limit: Int = .max) {
        unsafe fill { room in
            let part = bytes.prefix(min(limit, room.count))
            unsafe room.copyBytes(from: part)
            bytes.removeFirst(part.count)
            return part.count
        }
    }

    /// The next line, copied.
    mutating func next() -> Item<[UInt8]> { unsafe next { unsafe Array($0) } }
}

@testable import TaskstatsProtocol

// The protocol's decoders and encoders work on raw buffers, tests on text and arrays. All unsafe pointers of the tests
// are here.

extension RequestDecoder {
    /// Decodes a line given as bytes.
    static func decode(_ line: [UInt8]) throws(Failure) -> Request {
        try unsafe line.span.withUnsafeBytes { (bytes) throws(Failure) in try unsafe decode(bytes) }
    }

    /// Decodes a line given as text.
    static func decode(_ line: String) throws(Failure) -> Request { try decode(Array(line.utf8)) }

    /// Returns the reason why a line is refused, or nil.
    static func failure(_ line: [UInt8]) -> Failure? {
        do throws(Failure) {
            _ = try decode(line)
            return nil
        } catch {
            return error
        }
    }

    /// Returns the reason why a line is refused, or nil.
    static func failure(_ line: String) -> Failure? { failure(Array(line.utf8)) }
}

extension EventReader {
    /// Decodes a line given as bytes.
    static func read(_ line: [UInt8]) throws(Malformed) -> ServerEvent {
        try unsafe line.span.withUnsafeBytes { (bytes) throws(Malformed) in try unsafe read(bytes) }
    }

    /// Decodes a line given as text.
    static func read(_ line: String) throws(Malformed) -> ServerEvent { try read(Array(line.utf8)) }
}

extension JSONDocument {
    /// Parses a text with jansson.
    static func read(_ text: String) throws(ReadError) -> JSONValue {
        let bytes = Array(text.utf8)
        return try unsafe bytes.span.withUnsafeBytes { (bytes) throws(ReadError) in try unsafe JSONDocument(bytes).value
        }
    }
}

extension JSONCursor {
    /// Passes a cursor over a text to `body`.
    static func walk<Result>(_ text: String, _ body: (inout JSONCursor) throws -> Result) throws -> Result {
        let bytes = Array(text.utf8)
        return try unsafe bytes.span.withUnsafeBytes { bytes in
            var cursor = unsafe JSONCursor(bytes)
            return try body(&cursor)
        }
    }
}

extension RequestShape {
    /// Checks the structural limits of a text.
    static func excess(of text: String) -> ProtocolError? {
        let bytes = Array(text.utf8)
        return unsafe bytes.span.withUnsafeBytes { unsafe excess(of: $0) }
    }
}

extension DecimalDigits {
    /// Returns the digits as text.
    static func text(_ value: UInt64) -> String {
        var buffer = ByteBuffer(capacity: limit)
        buffer.append(decimal: value)
        return buffer.text
    }
}

extension ByteBuffer {
    /// The bytes as text; the protocol uses only ASCII.
    var text: String { String(decoding: array, as: UTF8.self) }

    /// The text without its final newline.
    var line: String {
        let text = text
        return text.hasSuffix("\n") ? String(text.dropLast()) : "no newline: \(text)"
    }
}

extension LineFramer {
    /// Adds as many bytes as fit.
    mutating func fill(from bytes: inout ArraySlice<UInt8>, atMost limit: Int = .max) {
        unsafe fill { room in
            let part = bytes.prefix(min(limit, room.count))
            unsafe room.copyBytes(from: part)
            bytes.removeFirst(part.count)
            return part.count
        }
    }

    /// Returns a copy of the next line.
    mutating func next() -> Item<[UInt8]> { unsafe next { unsafe Array($0) } }
}

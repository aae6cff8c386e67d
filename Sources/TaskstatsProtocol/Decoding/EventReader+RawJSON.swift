import TaskstatsModel

/// Access to lines as text, for callers that pass them on unchanged.
///
/// The text is checked to be printable ASCII, like everything the daemon sends, as it may be sent to a terminal.
extension EventReader {
    /// How the daemon's `exit` lines begin.
    private static let exitOpening = Array(#"{"jsonrpc":"2.0","method":"exit","params":{"#.utf8)

    /// Returns the text of the `params` of an `exit` line, without decoding the record; nil for any other line.
    ///
    /// In a line as the daemon writes it, the brackets within `params` are left to the reader of the text: a recorder
    /// copies every line, and walking through it would cost more than all the rest.
    package static func exitParams(of line: UnsafeRawBufferPointer) throws(Malformed) -> UnsafeRawBufferPointer? {
        if unsafe line.starts(with: exitOpening), unsafe line.suffix(2).elementsEqual("}}".utf8) {
            return try unsafe printable(
                UnsafeRawBufferPointer(rebasing: line[(exitOpening.count - 1)..<(line.count - 1)]))
        }
        guard let method = unsafe try field("method", of: line), unsafe method.elementsEqual("\"exit\"".utf8) else {
            return nil
        }
        return unsafe try printable(field("params", of: line))
    }

    /// Returns the text of an answer's `result`; nil when the line has none.
    package static func result(of line: UnsafeRawBufferPointer) throws(Malformed) -> UnsafeRawBufferPointer? {
        unsafe try printable(field("result", of: line))
    }

    /// The part of an origin to decode; the whole takes longer than the rest of a record.
    package enum OriginPart: Sendable {
        case all
        /// The control group alone, from which unit and container follow.
        case cgroup
    }

    /// Decodes the record in the `params` of an `exit` line.
    package static func readExit(
        params: UnsafeRawBufferPointer, origin part: OriginPart = .all
    ) throws(Malformed) -> ExitRecord {
        var cursor = unsafe JSONCursor(params)
        do throws(JSONCursor.Mismatch) {
            return try ExitReader.read(&cursor, origin: part)
        } catch {
            throw Malformed(problem: "unexpected text at byte \(error.offset) of the params of an exit line")
        }
    }

    /// Returns the index in the `params` of an `exit` line; nil if there is none.
    package static func index(params: UnsafeRawBufferPointer) -> UInt64? {
        guard let text = unsafe try? field("index", of: params) else { return nil }
        return unsafe UInt64(String(decoding: text, as: UTF8.self))
    }

    /// Returns the text of a key's value in a line's object; nil when there is no such key.
    static func field(
        _ wanted: StaticString, of line: UnsafeRawBufferPointer
    ) throws(Malformed) -> UnsafeRawBufferPointer? {
        var cursor = unsafe JSONCursor(line)
        do throws(JSONCursor.Mismatch) {
            try cursor.expect(UInt8(ascii: "{"))
            if cursor.take(UInt8(ascii: "}")) { return nil }
            repeat {
                let name = try unsafe cursor.rawString()
                try cursor.expect(UInt8(ascii: ":"))
                let value = unsafe try cursor.skip()
                if unsafe wanted ~= KeyName(name) { return unsafe value }
            } while cursor.take(UInt8(ascii: ","))
            return nil
        } catch {
            throw Malformed(problem: "unexpected text at byte \(error.offset)")
        }
    }

    private static func printable(_ text: UnsafeRawBufferPointer?) throws(Malformed) -> UnsafeRawBufferPointer? {
        guard let text = unsafe text else { return nil }
        if unsafe !isPrintable(text) { throw Malformed(problem: "not printable ASCII") }
        return unsafe text
    }

    /// Checks eight bytes at once: the highest bit of each is set by a value above 0x7f, by subtracting 0x20 from a
    /// smaller value, or by adding 1 to 0x7f.
    private static func isPrintable(_ text: UnsafeRawBufferPointer) -> Bool {
        var found: UInt64 = 0
        var offset = 0
        while offset + 8 <= text.count {
            let word = unsafe text.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            found |= word | (word &- 0x2020_2020_2020_2020) | (word &+ 0x0101_0101_0101_0101)
            offset += 8
        }
        if found & 0x8080_8080_8080_8080 != 0 { return false }
        return unsafe text[offset...].allSatisfy { (0x20...0x7e).contains($0) }
    }
}

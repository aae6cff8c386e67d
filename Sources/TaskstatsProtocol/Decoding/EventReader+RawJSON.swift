import TaskstatsModel

/// Access to lines as text, for callers that pass them on unchanged.
///
/// The text is checked to be printable ASCII, like everything the daemon sends, as it may be sent to a terminal.
extension EventReader {
    /// Returns the text of the `params` of an `exit` line, without decoding the record; nil for any other line.
    package static func exitParams(of line: UnsafeRawBufferPointer) throws(Malformed) -> UnsafeRawBufferPointer? {
        guard let method = unsafe try field("method", of: line), unsafe method.elementsEqual("\"exit\"".utf8) else {
            return nil
        }
        return unsafe try printable(field("params", of: line))
    }

    /// Returns the text of an answer's `result`; nil when the line has none.
    package static func result(of line: UnsafeRawBufferPointer) throws(Malformed) -> UnsafeRawBufferPointer? {
        unsafe try printable(field("result", of: line))
    }

    /// Decodes the record in the `params` of an `exit` line.
    package static func readExit(params: UnsafeRawBufferPointer) throws(Malformed) -> ExitRecord {
        var cursor = unsafe JSONCursor(params)
        do throws(JSONCursor.Mismatch) {
            return try ExitReader.read(&cursor)
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
        // Checks every byte without leaving early, so that the loop is vectorized.
        let isOdd = unsafe text.reduce(false) { $0 || $1 < 0x20 || $1 > 0x7e }
        if isOdd { throw Malformed(problem: "not printable ASCII") }
        return unsafe text
    }
}

import TaskstatsModel

/// A line of a recording, as it is read back.
package enum RecordingLine {
    /// What was recorded.
    case header(RecordingHeader)
    /// A task ended.
    case exit(ReceivedExit)
    /// Records are missing here.
    case lost(Loss)
    /// The recording was ended.
    case footer(RecordingFooter)
    /// Something that this release does not know, which is no error.
    case other

    /// Reads one line, without its newline.
    package static func read(_ line: UnsafeRawBufferPointer) throws(EventReader.Malformed) -> RecordingLine {
        switch try unsafe EventReader.read(line) {
        case .exit(let exit): return .exit(exit)
        case .lost(let loss): return .lost(loss)
        case .unknown: break
        case .hello, .closing, .reply, .refusal: return .other
        }
        guard let method = unsafe try EventReader.member("method", of: line) else {
            throw EventReader.Malformed(problem: "no line of a recording")
        }
        if unsafe method.elementsEqual("\"\(RecordingHeader.method)\"".utf8) {
            guard let header = try unsafe params(of: line).flatMap(RecordingHeader.init) else {
                throw EventReader.Malformed(problem: "the header of a recording that this release cannot read")
            }
            return .header(header)
        }
        if unsafe method.elementsEqual("\"\(RecordingFooter.method)\"".utf8) {
            guard let footer = try unsafe params(of: line).flatMap(RecordingFooter.init) else {
                throw EventReader.Malformed(problem: "a footer without its counts")
            }
            return .footer(footer)
        }
        return .other
    }

    private static func params(of line: UnsafeRawBufferPointer) throws(EventReader.Malformed) -> JSONValue? {
        guard let text = unsafe try EventReader.member("params", of: line) else { return nil }
        do throws(JSONCursor.Mismatch) {
            return try unsafe ReplyReader.document(text, at: 0).value
        } catch {
            throw EventReader.Malformed(problem: "unexpected text in its params")
        }
    }
}

import TaskstatsModel

/// A line of a recording, as read back.
package enum RecordingLine {
    /// The description of the recording.
    case header(RecordingHeader)
    /// A task ended.
    case exit(ExitRecord)
    /// A process executed a program.
    case start(ProcessStart)
    /// Records are missing at this point.
    case lost(LostRecords)
    /// The connection was missing at this point.
    case gap(RecordingGap)
    /// The end of the recording.
    case footer(RecordingFooter)
    /// A line unknown to this release, which is not an error.
    case other

    /// Decodes one line, without its newline.
    package static func read(_ line: UnsafeRawBufferPointer) throws(EventReader.Malformed) -> RecordingLine {
        switch try unsafe EventReader.read(line) {
        case .exit(let exit):
            guard exit.cpu != ExitRecord.unknownCPU else {
                throw EventReader.Malformed(problem: "exit without a CPU")
            }
            return .exit(exit)
        case .start(let start): return .start(start)
        case .lost(let loss): return .lost(loss)
        case .unknown: break
        case .hello, .live, .closing, .reply, .refusal: return .other
        }
        guard let method = unsafe try EventReader.field("method", of: line) else {
            throw EventReader.Malformed(problem: "not a line of a recording")
        }
        if unsafe method.elementsEqual("\"\(RecordingHeader.method)\"".utf8) {
            guard let header = try unsafe params(of: line).flatMap(RecordingHeader.init) else {
                throw EventReader.Malformed(problem: "recording header not supported by this release")
            }
            return .header(header)
        }
        if unsafe method.elementsEqual("\"\(RecordingGap.method)\"".utf8) {
            guard let gap = try unsafe params(of: line).flatMap(RecordingGap.init) else {
                throw EventReader.Malformed(problem: "gap without times")
            }
            return .gap(gap)
        }
        if unsafe method.elementsEqual("\"\(RecordingFooter.method)\"".utf8) {
            guard let footer = try unsafe params(of: line).flatMap(RecordingFooter.init) else {
                throw EventReader.Malformed(problem: "footer without counts")
            }
            return .footer(footer)
        }
        return .other
    }

    private static func params(of line: UnsafeRawBufferPointer) throws(EventReader.Malformed) -> JSONValue? {
        guard let text = unsafe try EventReader.field("params", of: line) else { return nil }
        do throws(JSONCursor.Mismatch) {
            return try unsafe ReplyReader.document(text, at: 0).value
        } catch {
            throw EventReader.Malformed(problem: "unexpected text in params")
        }
    }
}

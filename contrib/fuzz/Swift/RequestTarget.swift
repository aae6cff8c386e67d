import TaskstatsProtocol
import TestSupport

/// What a client sends, cut into lines and read.
///
/// The first byte says in what pieces the rest arrives. The lines must be those that a plain split finds; a line must be
/// refused as no JSON exactly when the reference says so; and a request must mean the same when it is written again.
enum RequestTarget {
    /// As small as this, the limit of a line is often met.
    private static let lineLimit = 512

    private enum Line: Equatable {
        case whole([UInt8])
        case tooLong
    }

    static func run(_ bytes: UnsafeRawBufferPointer) {
        guard let piece = unsafe bytes.first else { return }
        let stream = unsafe Array(bytes.dropFirst())
        frame(stream, piece: Int(piece) + 1)
        for line in stream.split(separator: 0x0a, omittingEmptySubsequences: false) {
            // Of exactly this length in memory.
            unsafe Array(line).withUnsafeBytes { line in unsafe validate(line) }
        }
    }

    // MARK: Lines

    private static func frame(_ stream: [UInt8], piece: Int) {
        var framer = LineFramer(limit: lineLimit)
        var lines: [Line] = []
        var rest = stream[...]
        while !rest.isEmpty {
            unsafe framer.fill { room in
                let part = rest.prefix(min(piece, room.count))
                unsafe room.copyBytes(from: part)
                rest.removeFirst(part.count)
                return part.count
            }
            reading: while true {
                switch unsafe framer.next({ unsafe Array($0) }) {
                case .line(let line): lines.append(.whole(line))
                case .tooLong: lines.append(.tooLong)
                case .incomplete: break reading
                }
            }
        }
        let (expected, unfinished) = expectedLines(stream)
        let mayReportEarly = unfinished > lineLimit && lines.last == .tooLong && lines.count == expected.count + 1
        precondition(
            lines == expected || mayReportEarly && Array(lines.dropLast()) == expected, "other lines than there are")
        precondition(framer.pendingBytes <= 2 * lineLimit + 2, "more is kept than may be")
    }

    private static func expectedLines(_ stream: [UInt8]) -> (lines: [Line], unfinished: Int) {
        var parts = stream.split(separator: 0x0a, omittingEmptySubsequences: false)
        let unfinished = parts.removeLast().count
        let lines = parts.map { part in
            let line = part.last == 0x0d ? part.dropLast() : part
            return line.count > lineLimit ? Line.tooLong : .whole(Array(line))
        }
        return (lines, unfinished)
    }

    // MARK: Requests

    private static func validate(_ line: UnsafeRawBufferPointer) {
        let bytes = unsafe Array(line)
        let isTooDeep = ReferenceJSON.depth(bytes) > ProtocolLimits.requestDepth
        let verdict = isTooDeep ? .invalid : ReferenceJSON.validate(bytes)
        do throws(RequestDecoder.Failure) {
            let request = try unsafe RequestDecoder.decode(line)
            precondition(verdict == .valid && !isTooDeep, "a request that is no JSON")
            let again = request.line
            let read = unsafe again.withUnsafeBytes { written in
                try? unsafe RequestDecoder.decode(UnsafeRawBufferPointer(rebasing: written.dropLast()))
            }
            precondition(read == request, "a request that means something else when it is written again")
        } catch {
            let name = error.error.name
            precondition(
                [.parseError, .invalidRequest, .methodNotFound, .invalidParams].contains(name),
                "\(name) for a line that was only read")
            // The outline is checked before the text is read, whatever that is.
            let hasManyParts =
                bytes.count { $0 == UInt8(ascii: ":") } > ProtocolLimits.requestKeys
                || bytes.count { $0 == UInt8(ascii: ",") } > ProtocolLimits.requestCommas
            if hasManyParts, name == .invalidRequest, error.id == nil { return }
            let isNoJSON = verdict == .invalid || isTooDeep || bytes.contains(0)
            precondition((name == .parseError) == isNoJSON, "\(name) for a text that is \(verdict)")
            if !isNoJSON, verdict == .outOfRange {
                precondition(name == .invalidRequest, "\(name) for a number out of range")
            }
            let answer = ServerLine.error(error.id, error.error)
            precondition(answer.count <= ProtocolLimits.lineBytes, "an answer that is too long")
        }
    }
}

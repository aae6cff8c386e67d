import CommandSupport
import Glibc
import LinuxSystem
import TaskstatsProtocol

/// An item of a recording.
enum RecordingItem {
    /// A line, with the text of its `params` when texts are kept and it is an exit.
    case line(RecordingLine, text: [UInt8])
    /// A line that cannot be decoded.
    case damaged(line: UInt64, problem: String, startsAsObject: Bool)
    /// An incomplete last line that cannot be decoded.
    case truncated(line: UInt64)
    /// The buffered lines are used up.
    case incomplete
}

/// The lines of a recording, decoded one by one: a damaged line does not affect the next.
struct RecordingReader<Source: RecordingBytes & ~Copyable>: ~Copyable {
    /// The source of the bytes.
    var source: Source
    private var framer = LineFramer(limit: ProtocolLimits.lineBytes)
    private let keepsText: Bool
    private var number: UInt64 = 0
    private var isAtEnd = false

    init(_ source: consuming Source, keepsText: Bool) {
        self.source = source
        self.keepsText = keepsText
    }

    /// Waits for more data after all buffered lines were returned; returns whether there was any.
    ///
    /// At the end an incomplete line becomes the last one, unless the source may still grow.
    mutating func readMore(mayGrow: Bool = false) throws(SystemError) -> Bool {
        guard !isAtEnd else { return false }
        var count = 0
        try unsafe framer.fill { (room) throws(SystemError) in
            unsafe count = try source.read(into: room)
            return count
        }
        if count > 0 { return true }
        if mayGrow { return false }
        isAtEnd = true
        guard framer.pendingBytes > 0 else { return false }
        // The last line may lack only its newline.
        unsafe framer.fill { room in
            unsafe room[0] = UInt8(ascii: "\n")
            return 1
        }
        return true
    }

    /// Returns the next item of the buffered data.
    mutating func next() -> RecordingItem {
        let keepsText = keepsText
        var startsAsObject = false
        let item = unsafe framer.next { line in
            unsafe startsAsObject = line.first == UInt8(ascii: "{")
            return Result { () throws(EventReader.Malformed) in unsafe try Self.read(line, keepsText: keepsText) }
        }
        switch item {
        case .incomplete: return .incomplete
        case .line(.success(let (line, text))):
            number += 1
            return .line(line, text: text)
        case .line(.failure(let malformed)):
            number += 1
            if isAtEnd { return .truncated(line: number) }
            return .damaged(line: number, problem: malformed.problem, startsAsObject: startsAsObject)
        case .tooLong:
            number += 1
            return .damaged(
                line: number, problem: "longer than \(ProtocolLimits.lineBytes) bytes", startsAsObject: startsAsObject)
        }
    }

    /// Ends reading; returns the error message of the decompressor, if there is one.
    mutating func finish() -> String? { source.finish() }

    private static func read(
        _ line: UnsafeRawBufferPointer, keepsText: Bool
    ) throws(EventReader.Malformed) -> (RecordingLine, [UInt8]) {
        let read = try unsafe RecordingLine.read(line)
        guard keepsText, case .exit = read, let text = unsafe try EventReader.exitParams(of: line) else {
            return (read, [])
        }
        return unsafe (read, Array(text))
    }
}

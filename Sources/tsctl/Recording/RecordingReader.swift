import LinuxSystem
import TaskstatsProtocol

/// The lines of a recording, each read by itself: what is wrong with one does not keep the next from being read.
struct RecordingReader: ~Copyable {
    /// What comes next.
    enum Item {
        /// A line, with the text of its `params` when texts are kept and it is an exit.
        case line(RecordingLine, text: [UInt8])
        /// A line that cannot be read.
        case damaged(line: UInt64, problem: String, startsAsObject: Bool)
        /// A last line without its end, which cannot be read.
        case cutOff(line: UInt64)
        /// All that is here was handed out.
        case incomplete
    }

    private var source: RecordingSource
    private var framer = LineFramer(limit: ProtocolLimits.lineBytes)
    private let keepsText: Bool
    private var number: UInt64 = 0
    private var isAtEnd = false

    init(_ source: consuming RecordingSource, keepsText: Bool) {
        self.source = source
        self.keepsText = keepsText
    }

    /// What was handed out last is all; reads on, waiting for it, and returns whether there was more.
    mutating func readOn() throws(SystemError) -> Bool {
        guard !isAtEnd else { return false }
        var count = 0
        try unsafe framer.fill { (room) throws(SystemError) in
            unsafe count = try source.read(into: room)
            return count
        }
        if count > 0 { return true }
        isAtEnd = true
        guard framer.pendingBytes > 0 else { return false }
        // The last line may lack nothing but its end.
        unsafe framer.fill { room in
            unsafe room[0] = UInt8(ascii: "\n")
            return 1
        }
        return true
    }

    /// What comes next of what is here.
    mutating func next() -> Item {
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
            if isAtEnd { return .cutOff(line: number) }
            return .damaged(line: number, problem: malformed.problem, startsAsObject: startsAsObject)
        case .tooLong:
            number += 1
            return .damaged(line: number, problem: "longer than \(ProtocolLimits.lineBytes) bytes", startsAsObject: startsAsObject)
        }
    }

    /// Ends reading; what the decompressor complained of, if it did.
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

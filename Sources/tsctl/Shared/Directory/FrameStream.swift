import LinuxSystem

/// The decompressed bytes of a marked file from one of its frames on.
///
/// The end of the file may be in the middle of a frame: the recorder is writing it, or was killed. Every flushed block
/// of it is read. Damaged data ends the line in it, and reading continues with the next mark.
struct FrameStream: ~Copyable, RecordingBytes {
    private static let chunk = 128 << 10

    let file: MarkedFile
    private var decompressor: FrameDecompressor
    private var offset: Int
    private let end: Int?
    private var input: [UInt8] = []
    private var used = 0
    /// Whether the decompressor may hold more output than fitted.
    private var holdsOutput = false
    private var damages: [String] = []

    /// Begins at the offset of a mark, and ends before another one.
    init(_ file: consuming MarkedFile, from offset: Int, to end: Int? = nil) throws(Failure) {
        guard let decompressor = FrameDecompressor() else { throw Failure("cannot decompress: out of memory") }
        self.decompressor = decompressor
        self.file = file
        self.offset = offset
        self.end = end
    }

    /// Whether the file ends within a frame.
    var isInFrame: Bool { decompressor.isInFrame }

    /// Returns the damages since the last call.
    mutating func takeDamages() -> [String] {
        defer { damages.removeAll() }
        return damages
    }

    mutating func read(into room: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
        while true {
            if used == input.count, !holdsOutput, try !fill() { return 0 }
            do throws(FrameDecompressor.Damage) {
                let produced = try unsafe decompress(into: room)
                // What does not fit stays in the decompressor.
                holdsOutput = produced == room.count
                if produced > 0 { return produced }
            } catch {
                try skip(error)
                unsafe room[0] = UInt8(ascii: "\n")
                return 1
            }
        }
    }

    private mutating func decompress(
        into room: UnsafeMutableRawBufferPointer
    ) throws(FrameDecompressor.Damage) -> Int {
        let (remaining, count) = (input[used...], input.count)
        var result: Result<(used: Int, produced: Int), FrameDecompressor.Damage> = .success((0, 0))
        unsafe remaining.withUnsafeBytes { bytes in
            result = Result { () throws(FrameDecompressor.Damage) in
                try unsafe decompressor.decompress(bytes, into: room)
            }
        }
        let (taken, produced) = try result.get()
        used += taken
        precondition(used <= count, "zstd read beyond its input")
        return produced
    }

    private mutating func fill() throws(SystemError) -> Bool {
        let limit = end.map { min(Self.chunk, $0 - offset) } ?? Self.chunk
        guard limit > 0 else { return false }
        input = try file.bytes(at: offset, count: limit)
        offset += input.count
        used = 0
        return !input.isEmpty
    }

    /// Continues with the next mark.
    private mutating func skip(_ damage: FrameDecompressor.Damage) throws(SystemError) {
        let place = offset - input.count + used
        let next = try file.mark(from: place + 1, before: min(file.size, end ?? .max))
        let skipped = (next?.offset ?? file.size) - place
        damages.append("\(file.path): \(damage.text) at byte \(place); \(DecimalText.bytes(UInt64(skipped))) skipped")
        decompressor.reset()
        (input, used, holdsOutput) = ([], 0, false)
        offset = next?.offset ?? file.size
    }

    mutating func finish() -> String? { takeDamages().first }
}

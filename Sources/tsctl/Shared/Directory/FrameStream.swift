import CommandSupport
import LinuxSystem

/// The decompressed bytes of a marked file from one of its frames on.
///
/// The end of the file may be in the middle of a frame: the recorder is writing it, or was killed. Every flushed block
/// of it is read. Damaged data ends the line in it, and reading continues with the next mark.
struct FrameStream: ~Copyable, RecordingBytes {
    private static let chunk = 128 << 10

    let file: MarkedFile
    private var decompressor: StreamDecompressor
    private var offset: Int
    private let end: Int?
    private var damages: [String] = []

    /// Begins at the offset of a mark, and ends before another one.
    init(_ file: consuming MarkedFile, from offset: Int, to end: Int? = nil) throws(Failure) {
        decompressor = try StreamDecompressor(.zstd)
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
            if decompressor.needsInput, try !fill() { return 0 }
            do throws(CompressionDamage) {
                let produced = try unsafe decompressor.read(into: room)
                if produced > 0 { return produced }
            } catch {
                try skip(error)
                unsafe room[0] = UInt8(ascii: "\n")
                return 1
            }
        }
    }

    private mutating func fill() throws(SystemError) -> Bool {
        let limit = end.map { min(Self.chunk, $0 - offset) } ?? Self.chunk
        guard limit > 0 else { return false }
        let bytes = try file.bytes(at: offset, count: limit)
        offset += bytes.count
        decompressor.add(bytes)
        return !bytes.isEmpty
    }

    /// Continues with the next mark.
    private mutating func skip(_ damage: CompressionDamage) throws(SystemError) {
        let place = offset - decompressor.unusedBytes
        let next = try file.mark(from: place + 1, before: min(file.size, end ?? .max))
        let skipped = (next?.offset ?? file.size) - place
        damages.append("\(file.path): \(damage.text) at byte \(place); \(DecimalText.bytes(UInt64(skipped))) skipped")
        decompressor.reset()
        offset = next?.offset ?? file.size
    }

    mutating func finish() -> String? { takeDamages().first }
}

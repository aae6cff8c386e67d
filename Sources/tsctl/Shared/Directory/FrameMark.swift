import TaskstatsProtocol

/// The mark before each frame of a file in a directory of recordings: what the frame begins with.
///
/// It is a skippable frame of zstd, so that every tool that decompresses the file passes over it. It begins with 16
/// bytes that are the same in every mark and ends with a checksum. So a reader that starts anywhere in a file finds the
/// next mark by these bytes, and a search by time needs neither an index beside the file nor the frames before.
struct FrameMark: Equatable {
    /// The time of the first record in the frame, in nanoseconds since 1970; that of the header for the first frame.
    var time: UInt64
    /// The index of the last record before the frame; 0 if there is none, or the daemon sent no index.
    var index: UInt64
    /// The instance of the daemon that sent the records.
    var instance: String

    /// The number of bytes of a mark.
    static let size = 8 + payload
    private static let payload = 80
    private static let instanceLimit = 48
    /// The magic number of a skippable frame, its size, and a word of our own.
    static let opening: [UInt8] = [0x5e, 0x2a, 0x4d, 0x18, UInt8(payload), 0, 0, 0] + Array("tsmark01".utf8)

    /// Creates the mark of a frame.
    init(time: UInt64, index: UInt64, instance: String) {
        self.time = time
        self.index = index
        self.instance = String(decoding: instance.utf8.prefix(Self.instanceLimit), as: UTF8.self)
    }

    /// The bytes in the file.
    var bytes: [UInt8] {
        var bytes = Self.opening
        for number in [time, index] { bytes += Self.littleEndian(number) }
        bytes += Array(instance.utf8.prefix(Self.instanceLimit))
        bytes += [UInt8](repeating: 0, count: Self.size - 8 - bytes.count)
        return bytes + Self.littleEndian(Self.checksum(bytes[...]))
    }

    /// Decodes a mark; nil if these are other bytes.
    init?(_ bytes: ArraySlice<UInt8>) {
        guard bytes.count == Self.size, bytes.starts(with: Self.opening) else { return nil }
        let content = bytes.dropLast(8)
        guard Self.number(bytes.suffix(8)) == Self.checksum(content) else { return nil }
        let fields = content.dropFirst(Self.opening.count)
        time = Self.number(fields.prefix(8))
        index = Self.number(fields.dropFirst(8).prefix(8))
        instance = String(decoding: fields.dropFirst(16).prefix { $0 != 0 }, as: UTF8.self)
    }

    private static func littleEndian(_ number: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// FNV-1a, which is enough against chance and damage.
    private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}

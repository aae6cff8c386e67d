import TaskstatsModel
import TaskstatsProtocol

/// The newest records that were routed, in a fixed amount of memory.
///
/// Records are in chunks, in the order of their indices. When there is no room for another chunk, the oldest one is
/// discarded. What the kernel lost is an entry too, at the point of the gap. Nothing is encoded before a client requests
/// it: an entry is what the kernel wrote, and the origin.
final class History {
    /// The position of an entry, or the end.
    struct Position {
        /// The number of the chunk, of all that there have been.
        var chunk: Int
        /// The offset in the chunk.
        var offset: Int
    }

    /// What an entry is.
    enum Kind: UInt8 {
        /// A record, for ``RecordPacking``, with the origin behind it.
        case record
        /// Records that the kernel lost: CPU, number, and the index of the last one.
        case loss
    }

    /// An entry, as long as it is being read.
    struct Entry: ~Copyable {
        let kind: Kind
        var packed: PackedReader
    }

    private final class Chunk {
        var bytes: ByteBuffer
        /// The index before that of its first entry.
        var indexBefore: UInt64 = 0
        /// The times of its first record and of its last one, in nanoseconds since 1970; 0 if it has none.
        var times: (first: UInt64, last: UInt64) = (0, 0)
        var records = 0

        init(capacity: Int) { bytes = ByteBuffer(capacity: capacity) }

        func reuse(after index: UInt64) {
            bytes.removeAll()
            indexBefore = index
            times = (0, 0)
            records = 0
        }
    }

    /// The maximum size of all entries.
    let limitBytes: Int
    private let chunkBytes: Int
    private let chunkLimit: Int
    private var chunks: [Chunk] = []
    /// The number of chunks that were discarded.
    private var discarded = 0
    /// The last index.
    private(set) var lastIndex: UInt64 = 0
    /// The number of records.
    private(set) var records = 0
    /// When it began, or the time of the last discarded record, in nanoseconds since 1970: it has everything after that.
    private var completeAfter: UInt64

    /// The sizes that make sense: the smallest has room for some of the longest records in each of its chunks.
    static let limits = 1 << 20...64 << 30
    /// The kind and the length of an entry.
    private static let prefixBytes = 5

    /// Creates an empty history that begins at `time`, in nanoseconds since 1970.
    init(limitBytes: Int, since time: UInt64) {
        self.limitBytes = limitBytes
        chunkBytes = min(limitBytes / 16, 256 << 10)
        chunkLimit = limitBytes / chunkBytes
        completeAfter = time
    }

    /// The size of all entries.
    var bytes: Int { chunks.reduce(0) { $0 + $1.bytes.count } }

    /// The index before that of the oldest entry.
    var indexBefore: UInt64 { chunks.first?.indexBefore ?? lastIndex }

    /// The time of the oldest record, in nanoseconds since 1970.
    var oldestTime: UInt64? { chunks.first { $0.records > 0 }?.times.first }

    // MARK: Adding

    /// Adds a record, which has an index.
    func append(_ record: borrowing ExitRecord) {
        let limit = RecordPacking.limit + (record.origin.map { OriginPacking.limit($0) } ?? 0)
        let chunk = append(.record, index: record.index ?? 0, atMost: limit) { packed in
            RecordPacking.write(record, to: &packed)
            if let origin = record.origin { OriginPacking.write(origin, to: &packed) }
        }
        if chunk.records == 0 { chunk.times.first = record.time }
        chunk.times.last = max(chunk.times.last, record.time)
        chunk.records += 1
        records += 1
    }

    /// Adds a number of records that the kernel lost, the last of which has this index.
    func appendLoss(cpu: Int, count: UInt64, index: UInt64) {
        let limit = MemoryLayout<UInt32>.size + 2 * MemoryLayout<UInt64>.size
        append(.loss, index: index, atMost: limit) { packed in
            packed.append(UInt32(truncatingIfNeeded: cpu))
            packed.append(count)
            packed.append(index)
        }
    }

    @discardableResult @inline(__always)
    private func append(
        _ kind: Kind, index: UInt64, atMost limit: Int, _ entry: (inout PackedWriter) -> Void
    ) -> Chunk {
        let limit = Self.prefixBytes + limit + PackedWriter.slack
        let chunk = chunks.last.flatMap { $0.bytes.room >= limit ? $0 : nil } ?? newChunk()
        unsafe chunk.bytes.append(atMost: limit) { target in
            var packed = unsafe PackedWriter(target, limit: limit)
            packed.append(kind.rawValue)
            var length = packed.reserve(MemoryLayout<UInt32>.size)
            entry(&packed)
            length.append(UInt32(packed.count))
            return packed.count
        }
        lastIndex = index
        return chunk
    }

    private func newChunk() -> Chunk {
        var chunk: Chunk?
        if chunks.count == chunkLimit {
            let oldest = chunks.removeFirst()
            discarded += 1
            records -= oldest.records
            completeAfter = max(completeAfter, oldest.times.last)
            chunk = oldest
        }
        let new = chunk ?? Chunk(capacity: chunkBytes)
        new.reuse(after: lastIndex)
        chunks.append(new)
        return new
    }

    // MARK: Reading

    /// The position of the oldest entry.
    var beginning: Position { Position(chunk: discarded, offset: 0) }

    /// Returns the position of the first entry with a later index.
    func position(after index: UInt64) -> Position {
        guard let number = chunks.lastIndex(where: { $0.indexBefore <= index }) else { return beginning }
        return position(in: number) { kind, packed in Self.index(of: kind, packed) > index }
    }

    /// Returns the position of the first record at or after a time, and whether everything after that time is kept.
    ///
    /// When the clock was set back, everything after the first such record follows, in the order of the indices.
    func position(at time: UInt64) -> (position: Position, isComplete: Bool) {
        let isComplete = time > completeAfter
        guard let number = chunks.firstIndex(where: { $0.records > 0 && $0.times.last >= time }) else {
            return (chunks.isEmpty ? beginning : end(of: chunks.count - 1), isComplete)
        }
        let found = position(in: number) { kind, packed in
            guard kind == .record else { return false }
            var packed = packed
            return RecordPacking.time(&packed) >= time
        }
        return (found, isComplete)
    }

    /// Returns the position behind the last entry of a chunk, where the next one is added if there is room.
    private func end(of number: Int) -> Position {
        Position(chunk: discarded + number, offset: chunks[number].bytes.count)
    }

    /// Returns the position of the first entry in a chunk that satisfies a condition, or behind the last one.
    private func position(in number: Int, where isFound: (Kind, PackedReader) -> Bool) -> Position {
        var position = Position(chunk: discarded + number, offset: 0)
        while position.chunk == discarded + number {
            let start = position
            guard let found = read(&position, { isFound($0.kind, $0.packed) }) else { break }
            if found { return start }
        }
        return end(of: number)
    }

    /// Returns the index before that of the entry at a position.
    func index(before position: Position) -> UInt64 {
        var position = position
        return read(&position) { entry in
            var packed = entry.packed
            switch entry.kind {
            case .record: return RecordPacking.index(&packed) - 1
            case .loss:
                packed.skip(MemoryLayout<UInt32>.size)
                let count = packed.next(UInt64.self)
                return packed.next(UInt64.self) - count
            }
        } ?? lastIndex
    }

    /// Returns the index of an entry; that of a loss is the last one.
    static func index(of kind: Kind, _ packed: PackedReader) -> UInt64 {
        var packed = packed
        switch kind {
        case .record: return RecordPacking.index(&packed)
        case .loss:
            packed.skip(MemoryLayout<UInt32>.size + MemoryLayout<UInt64>.size)
            return packed.next(UInt64.self)
        }
    }

    /// Returns whether the entry at a position was discarded.
    func hasDiscarded(_ position: Position) -> Bool { position.chunk < discarded }

    /// Passes the entry at a position to `body`, and moves the position behind it; returns nil at the end.
    func read<Result>(_ position: inout Position, _ body: (inout Entry) -> Result) -> Result? {
        while true {
            let number = position.chunk - discarded
            guard chunks.indices.contains(number) else { return nil }
            let offset = position.offset
            guard offset < chunks[number].bytes.count else {
                // More can come in the last one.
                guard number + 1 < chunks.count else { return nil }
                position = Position(chunk: position.chunk + 1, offset: 0)
                continue
            }
            return unsafe chunks[number].bytes.withUnsafeBytes { bytes in
                var prefix = unsafe PackedReader(UnsafeRawBufferPointer(rebasing: bytes[offset...]))
                let kind = Kind(rawValue: prefix.next(UInt8.self)) ?? .loss
                let length = Int(prefix.next(UInt32.self))
                position.offset += length
                var entry = unsafe Entry(
                    kind: kind,
                    packed: PackedReader(
                        UnsafeRawBufferPointer(rebasing: bytes[offset + Self.prefixBytes..<offset + length])))
                return body(&entry)
            }
        }
    }
}

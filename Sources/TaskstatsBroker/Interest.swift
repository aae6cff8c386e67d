import TaskstatsModel
import TaskstatsProtocol

/// What a subscription asks for, shared by all clients that ask for the same.
///
/// Whether a record is wanted, and its line, are found once for all of them, and the lines of a turn are handed to each
/// of them as one piece: what a client costs does not depend on how many records there are. The lines stand in chunks
/// that hold nothing else, so that nobody keeps memory alive for lines that were not theirs.
final class Interest {
    /// What makes two subscriptions the same.
    struct Key: Hashable {
        var cpus: CPUSet
        var scope: RecordScope
        var filter: RecordFilter
        var fields: FieldSet
        var access: AccessPolicy.Access
    }

    /// Lines that were not handed to the subscribers so far: where they stand, and where each of them ends.
    struct Lines {
        var source: SharedBytes
        var range: Range<Int>
        var ends: [Int]
        /// The length of the shortest.
        var shortest: Int
    }

    let key: Key
    var subscribers: [Client] = []
    /// It stands in the broker's list of interests with lines to hand out.
    var isPending = false
    private let filter: RecordFilter?
    private var chunk: SharedBytes
    /// Where the lines begin that were not handed out.
    private var start = 0
    private var ends: [Int] = []
    private var shortest = Int.max

    private static let chunkBytes = 4_096...16_384

    init(_ key: Key) {
        self.key = key
        filter = key.filter.isEmpty ? nil : key.filter
        chunk = SharedBytes(capacity: Self.chunkBytes.lowerBound)
    }

    /// Whether a record of one of its CPUs is wanted and may be seen.
    func wants(_ record: borrowing ExitRecord) -> Bool {
        if key.scope == .process, record.isLast != true { return false }
        guard key.access.seesExit(record) else { return false }
        return filter?.matches(record.task) ?? true
    }

    /// Whether a line fits into the chunk; when not, the lines are to be handed out and a chunk to be begun.
    func hasRoom(for bytes: Int) -> Bool { chunk.hasRoom(for: bytes) }

    /// Adds a line to those that are to be handed out.
    func append(_ buffer: borrowing ByteBuffer, _ line: Range<Int>) {
        chunk.append(buffer, line)
        ends.append(chunk.count)
        shortest = min(shortest, line.count)
    }

    /// The lines that are to be handed out; nil when there are none.
    func takeLines() -> Lines? {
        guard !ends.isEmpty else { return nil }
        let lines = Lines(source: chunk, range: start..<chunk.count, ends: ends, shortest: shortest)
        start = chunk.count
        ends.removeAll(keepingCapacity: true)
        shortest = .max
        return lines
    }

    /// Begins a chunk with room for a line, after the last was handed out, so many bytes at once.
    ///
    /// It is larger than the last where that was filled at once, and smallest for a trickle, or where nobody had room.
    func beginChunk(withRoomFor bytes: Int, after filledAtOnce: Int) {
        let isWaitingSomewhere = !isKnownUniquelyReferenced(&chunk)
        let wanted = isWaitingSomewhere ? 2 * filledAtOnce : 0
        let capacity = min(max(wanted, Self.chunkBytes.lowerBound), Self.chunkBytes.upperBound)
        chunk = SharedBytes(capacity: max(capacity, bytes))
        start = 0
    }
}

import TaskstatsProtocol

/// What waits to be sent to one client, in order: pieces of shared bytes, and how many of them there are.
///
/// It knows no limit; who puts records in asks first. Replies are put in whatever the length, because a client with a
/// full outbox is not read from. What waits keeps little more than its own length in memory, and a chunk at either end.
final class Outbox {
    private struct Piece {
        let source: SharedBytes
        var range: Range<Int>
    }

    private var pieces: [Piece] = []
    private var first = 0
    /// The bytes that wait.
    private(set) var unsentBytes = 0
    /// The most that ever waited.
    private(set) var highWater = 0

    /// Puts a piece at the end; what continues the last piece becomes part of it.
    func append(_ source: SharedBytes, _ range: Range<Int>) {
        unsentBytes += range.count
        highWater = max(highWater, unsentBytes)
        if first < pieces.count, let last = pieces.last, last.source === source,
            last.range.upperBound == range.lowerBound
        {
            pieces[pieces.count - 1].range = last.range.lowerBound..<range.upperBound
        } else {
            shrinkLast()
            pieces.append(Piece(source: source, range: range))
        }
    }

    /// Copies the last piece, which will not grow for now, when it is a small part of what it keeps alive.
    ///
    /// A slow client that gets one line of each chunk would otherwise hold many times what its uid is charged.
    func shrinkLast() {
        guard first < pieces.count, let last = pieces.last, last.source.isWasteful(for: last.range) else { return }
        pieces[pieces.count - 1] = Piece(source: last.source.copy(of: last.range), range: 0..<last.range.count)
    }

    /// Lends up to `limit` pieces from the front, one after the other.
    func forEachPiece(limit: Int, _ body: (UnsafeRawBufferPointer) -> Void) {
        for piece in pieces[first...].prefix(limit) {
            unsafe piece.source.bytes.withUnsafeBytes { bytes in
                unsafe body(UnsafeRawBufferPointer(rebasing: bytes[piece.range]))
            }
        }
    }

    /// Lets go of bytes from the front that were sent.
    func removeFirst(_ count: Int) {
        precondition(count >= 0 && count <= unsentBytes, "more bytes sent than there were")
        unsentBytes -= count
        var rest = count
        while rest > 0 {
            let length = pieces[first].range.count
            if length > rest {
                pieces[first].range = pieces[first].range.lowerBound + rest..<pieces[first].range.upperBound
                break
            }
            rest -= length
            first += 1
        }
        compact()
    }

    /// Lets go of everything.
    func removeAll() {
        pieces = []
        first = 0
        unsentBytes = 0
    }

    /// Frees what was sent.
    private func compact() {
        if first == pieces.count {
            pieces.removeAll(keepingCapacity: true)
            first = 0
        } else if first > 0 {
            pieces.removeFirst(first)
            first = 0
        }
    }
}

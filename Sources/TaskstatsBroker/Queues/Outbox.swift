import TaskstatsProtocol

/// The bytes queued for one client, in order, as pieces of shared buffers.
///
/// It enforces no limit; callers check for room before adding records. Replies are added regardless of length, because
/// a client with a full outbox is not read from. Queued bytes hold little more memory than their length, plus a chunk
/// at either end.
final class Outbox {
    private struct Piece {
        let source: SharedBytes
        var range: Range<Int>
    }

    private var pieces: [Piece] = []
    private var first = 0
    /// The number of queued bytes.
    private(set) var unsentBytes = 0
    /// The peak of queued bytes.
    private(set) var highWater = 0

    /// Appends a piece, merging it with the last one if it continues that.
    func append(_ source: SharedBytes, _ range: Range<Int>) {
        unsentBytes += range.count
        highWater = max(highWater, unsentBytes)
        source.charge(upTo: range.upperBound)
        if first < pieces.count, let last = pieces.last, last.source === source,
            last.range.upperBound == range.lowerBound
        {
            pieces[pieces.count - 1].range = last.range.lowerBound..<range.upperBound
        } else {
            source.addChunk()
            pieces.append(Piece(source: source, range: range))
            shrink(pieces.count - 2)
        }
    }

    /// Copies the last piece, which will not grow for now, if it is a small part of the memory that it keeps alive.
    ///
    /// A slow client that gets one line of each chunk would otherwise hold many times what its principal is charged.
    func shrinkLast() { shrink(pieces.count - 1) }

    private func shrink(_ index: Int) {
        guard index >= first else { return }
        let piece = pieces[index]
        guard piece.source.isWasteful(for: piece.range), let copy = piece.source.copy(of: piece.range) else { return }
        copy.charge(upTo: copy.count)
        copy.addChunk()
        piece.source.removeChunk()
        pieces[index] = Piece(source: copy, range: 0..<piece.range.count)
    }

    /// Passes up to `limit` pieces from the front to `body`.
    func forEachChunk(limit: Int, _ body: (UnsafeRawBufferPointer) -> Void) {
        for piece in pieces[first...].prefix(limit) {
            unsafe piece.source.bytes.withUnsafeBytes { bytes in
                unsafe body(UnsafeRawBufferPointer(rebasing: bytes[piece.range]))
            }
        }
    }

    /// Releases sent bytes from the front.
    func removeFirst(_ count: Int) {
        precondition(count >= 0 && count <= unsentBytes, "more bytes sent than there were")
        unsentBytes -= count
        var remaining = count
        while remaining > 0 {
            let length = pieces[first].range.count
            if length > remaining {
                pieces[first].range = pieces[first].range.lowerBound + remaining..<pieces[first].range.upperBound
                break
            }
            remaining -= length
            pieces[first].source.removeChunk()
            first += 1
        }
        compact()
    }

    /// Releases everything.
    func removeAll() {
        for piece in pieces[first...] { piece.source.removeChunk() }
        pieces = []
        first = 0
        unsentBytes = 0
    }

    /// Frees sent pieces.
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

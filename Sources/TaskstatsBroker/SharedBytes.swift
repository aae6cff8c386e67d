import TaskstatsProtocol

/// Encoded lines that any number of outboxes send from; freed when the last of them lets go.
final class SharedBytes {
    private(set) var bytes: ByteBuffer

    /// Takes over lines that are complete.
    init(_ bytes: consuming ByteBuffer) { self.bytes = bytes }

    /// An empty chunk with so much room.
    convenience init(capacity: Int) { self.init(ByteBuffer(capacity: capacity)) }

    /// The bytes so far.
    var count: Int { bytes.count }

    /// Whether so many more bytes fit without moving what is there.
    func hasRoom(for more: Int) -> Bool { bytes.room >= more }

    /// Appends a part of a buffer; what stands already is never changed, for others may be sending it.
    func append(_ buffer: borrowing ByteBuffer, _ range: Range<Int>) {
        unsafe buffer.withUnsafeBytes { unsafe bytes.append(UnsafeRawBufferPointer(rebasing: $0[range])) }
    }

    /// Whether a range, on its own, keeps more memory alive than it is long, beyond what any chunk has left at its end.
    func isWasteful(for range: Range<Int>) -> Bool {
        let negligibleBytes = 1_024
        return bytes.capacity > range.count + range.count / 4 + negligibleBytes
    }

    /// A range in memory of its own.
    func copy(of range: Range<Int>) -> SharedBytes {
        let copy = SharedBytes(capacity: range.count)
        copy.append(bytes, range)
        return copy
    }
}

import TaskstatsModel
import TaskstatsProtocol

/// Encoded lines that any number of outboxes send from; freed when the last of them lets go.
final class SharedBytes {
    /// The room of a chunk that takes the lines of an interest: many lines, and little waste at its end.
    static let chunkBytes = 64 * 1_024

    private(set) var bytes: ByteBuffer

    /// Takes over lines that are complete.
    init(_ bytes: consuming ByteBuffer) { self.bytes = bytes }

    /// An empty chunk.
    convenience init() { self.init(ByteBuffer(capacity: Self.chunkBytes)) }

    /// The bytes so far.
    var count: Int { bytes.count }

    /// Whether so many more bytes fit without moving what is there.
    func hasRoom(for more: Int) -> Bool { bytes.room >= more }

    /// Appends lines and returns where they stand; what stands already is never changed, for others may be sending it.
    func append(_ write: (inout ByteBuffer) -> Void) -> Range<Int> {
        let start = bytes.count
        write(&bytes)
        return start..<bytes.count
    }

    /// Whether a range, on its own, keeps far more memory alive than it is long.
    func isMostlyWaste(for range: Range<Int>) -> Bool {
        let negligibleBytes = 1_024
        return bytes.capacity > 2 * range.count + negligibleBytes
    }

    /// A range in memory of its own.
    func copy(of range: Range<Int>) -> SharedBytes {
        var copy = ByteBuffer(capacity: range.count)
        unsafe bytes.withUnsafeBytes { bytes in
            unsafe copy.append(UnsafeRawBufferPointer(rebasing: bytes[range]))
        }
        return SharedBytes(copy)
    }

    /// Appends the line of an exit record.
    func appendExit(_ record: borrowing ExitRecord, fields: FieldSet, redacted: [FieldGroup]) {
        RecordEncoder.appendExitLine(record, fields: fields, redacted: redacted, to: &bytes)
    }
}

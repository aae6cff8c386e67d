import TaskstatsProtocol

/// Encoded lines shared by any number of outboxes, freed when the last of these releases them.
///
/// Their memory is charged once, however many queues refer to it, from the first of these to the last.
final class SharedBytes {
    private(set) var bytes: ByteBuffer
    private let quotas: UserQuotas
    private let quota: UserQuota
    /// The number of outbox pieces that refer to it.
    private var pieces = 0
    /// The end of the charged range, and the number of charged bytes that have not been released.
    private var chargedEnd = 0
    private var chargedBytes = 0

    /// Takes over complete lines, to be charged to a quota.
    init(_ bytes: consuming ByteBuffer, _ quota: UserQuota, in quotas: UserQuotas) {
        self.bytes = bytes
        self.quota = quota
        self.quotas = quotas
    }

    /// Creates an empty chunk with this capacity.
    convenience init(capacity: Int, _ quota: UserQuota, in quotas: UserQuotas) {
        self.init(ByteBuffer(capacity: capacity), quota, in: quotas)
    }

    /// The number of bytes so far.
    var count: Int { bytes.count }

    /// Returns whether `more` bytes fit without moving the existing ones.
    func hasRoom(for more: Int) -> Bool { bytes.room >= more }

    /// Appends a part of a buffer; existing bytes are never changed, as they may be in transmission.
    func append(_ buffer: borrowing ByteBuffer, _ range: Range<Int>) {
        unsafe buffer.withUnsafeBytes { unsafe bytes.append(UnsafeRawBufferPointer(rebasing: $0[range])) }
    }

    /// Charges everything up to `end`, to which a queue refers.
    func charge(upTo end: Int) {
        guard end > chargedEnd else { return }
        quotas.chargeMemory(end - chargedEnd, to: quota)
        chargedBytes += end - chargedEnd
        chargedEnd = end
    }

    /// Counts another piece in a queue.
    func addChunk() { pieces += 1 }

    /// Counts a sent or discarded piece; with the last one the memory is released.
    func removeChunk() {
        pieces -= 1
        guard pieces == 0 else { return }
        quotas.releaseMemory(chargedBytes, from: quota)
        chargedBytes = 0
    }

    /// Returns whether a range alone keeps considerably more memory alive than its length.
    func isWasteful(for range: Range<Int>) -> Bool {
        let negligibleBytes = 1_024
        return bytes.capacity > range.count + range.count / 4 + negligibleBytes
    }

    /// Copies a range; nil when the quota has no room for another copy.
    func copy(of range: Range<Int>) -> SharedBytes? {
        guard quotas.hasMemory(for: range.count, of: quota) else { return nil }
        let copy = SharedBytes(capacity: range.count, quota, in: quotas)
        copy.append(bytes, range)
        return copy
    }
}

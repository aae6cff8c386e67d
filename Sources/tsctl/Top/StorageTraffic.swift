import Taskstats

/// The bytes that a task or process read from storage and wrote to it in an interval.
struct StorageTraffic: Equatable {
    var read: UInt64 = 0
    var written: UInt64 = 0
    /// Whether the bytes of every thread are included.
    var isComplete = true

    /// The traffic of a task of which nothing is known.
    static let unknown = StorageTraffic(isComplete: false)

    /// Adds the bytes of both.
    static func + (left: StorageTraffic, right: StorageTraffic) -> StorageTraffic {
        StorageTraffic(
            read: left.read &+ right.read, written: left.written &+ right.written,
            isComplete: left.isComplete && right.isComplete)
    }

    /// The number of bytes of a field; nil if nothing is known of it.
    subscript(field: Field) -> UInt64? {
        switch field {
        case .readBytes: known(read)
        case .writeBytes: known(written)
        default: nil
        }
    }

    /// The fields that count the bytes.
    static let fields: [Field] = [.readBytes, .writeBytes]

    /// Returns the bytes per second for people, with a plus if some are missing; nil if nothing is known of them.
    func rate(_ field: Field, in microseconds: UInt64) -> String? {
        self[field].map { Rate.shortBytes(Rate.perSecond($0, in: microseconds)) + (isComplete ? "" : "+") }
    }

    /// 0 bytes of some threads do not mean that the others had none.
    private func known(_ bytes: UInt64) -> UInt64? { isComplete || bytes > 0 ? bytes : nil }
}

/// The pause between two drains of a busy socket.
///
/// One wake-up serves all records of a pause, so a longer pause costs the observed system less. The pause doubles while
/// drains find many records, as long as the next one would find a small part of what the receive buffer holds. It is
/// the shortest again when few arrive, when the buffer has filled faster than expected, or after a loss.
struct DrainPause: Equatable {
    /// A client waits at most this long for a record while the system is not busy.
    static let shortest: UInt64 = 1_000_000
    /// Longer pauses would save little: a wake-up then serves hundreds of records.
    static let longest: UInt64 = 4_000_000

    private static let many = 8
    private static let few = 4
    /// The maximum that the kernel charges for a record.
    private static let largestRecordCost = 2_304

    private(set) var nanoseconds = shortest

    /// Adapts the pause to a drain after it.
    mutating func drained(records: Int, lost: Bool, receiveBufferBytes: Int) {
        let charged = records * Self.largestRecordCost
        if lost || records < Self.few || charged > receiveBufferBytes / 4 {
            nanoseconds = Self.shortest
        } else if records >= Self.many, charged <= receiveBufferBytes / 16 {
            nanoseconds = min(2 * nanoseconds, Self.longest)
        }
    }
}

/// Tells how many records of a socket were lost, and before which record.
///
/// Two sources, each good at one thing. The socket's drop counter says exactly how many messages did not fit, but not
/// where they are missing. The sequence number in a record's header counts what the kernel produced on the CPU, so a
/// jump says where; but a task that is preempted between choosing its listeners and taking its number can swap two
/// numbers, so a jump alone is no loss. Hence: a jump asks for the drop counter, and what the counter grew is told
/// there, at most as many as the jump skipped; the rest belongs to a later jump, or to the end of the queue.
package struct LossCounter: Sendable {
    private var expected: UInt32?
    private var accountedDrops: UInt32 = 0

    /// A counter for a new socket.
    package init() {}

    /// How many numbers the record of this number skipped; a number from behind skips none.
    package mutating func gap(before sequence: UInt32) -> UInt32 {
        guard let expected else {
            self.expected = sequence &+ 1
            return 0
        }
        let ahead = Int32(bitPattern: sequence &- expected)
        guard ahead >= 0 else { return 0 }
        self.expected = sequence &+ 1
        return UInt32(ahead)
    }

    /// The drops that were not told so far, at most `limit` of them; they count as told from now on.
    package mutating func settle(drops: UInt32, atMost limit: UInt32 = .max) -> UInt32 {
        let lost = min(drops &- accountedDrops, limit)
        accountedDrops &+= lost
        return lost
    }
}

/// Tells how many records of a socket were lost, and before which record.
///
/// Two sources, each good at one thing. The socket's drop counter says exactly how many messages did not fit, but not
/// where they are missing. The sequence number in a record's header counts what the kernel produced on the CPU, so a
/// jump says where; but a task that is preempted between choosing its listeners and taking its number can swap two
/// numbers, or bring one of another CPU, so a jump alone is no loss. Hence: a jump asks for the drop counter, and is told
/// as a loss when the counter grew by as much. Whatever is left is told at the end of the queue. Every drop is told
/// once, so that the numbers can put a loss in a wrong place but never make it a wrong amount.
package struct LossCounter: Sendable {
    /// Numbers that come late are near; one from further behind than this is the CPU's own again after a foreign one.
    private static let farthestLateness: Int32 = 1_024

    private var expected: UInt32?
    private var accountedDrops: UInt32

    /// A counter for a socket whose drops up to now are nobody's loss.
    package init(drops: UInt32) { accountedDrops = drops }

    /// How many numbers the record of this number skipped; a number from behind skips none.
    package mutating func gap(before sequence: UInt32) -> UInt32 {
        let ahead = Int32(bitPattern: sequence &- (expected ?? sequence))
        guard ahead >= 0 || ahead < -Self.farthestLateness else { return 0 }
        expected = sequence &+ 1
        return UInt32(max(ahead, 0))
    }

    /// Whether everything up to this state of the drop counter was told.
    package func isSettled(drops: UInt32) -> Bool { untold(drops) == 0 }

    /// The loss to tell before a record that skipped so many numbers: all of them, or none when fewer were dropped.
    package mutating func settle(gap: UInt32, drops: UInt32) -> UInt32 {
        guard gap <= untold(drops) else { return 0 }
        accountedDrops &+= gap
        return gap
    }

    /// The loss to tell behind the last record of a queue; the next record's number is expected to include it.
    package mutating func settleAtEnd(drops: UInt32) -> UInt32 {
        let lost = untold(drops)
        accountedDrops &+= lost
        expected = expected.map { $0 &+ lost }
        return lost
    }

    /// None for a state that is older than what was told.
    private func untold(_ drops: UInt32) -> UInt32 { UInt32(max(Int32(bitPattern: drops &- accountedDrops), 0)) }
}

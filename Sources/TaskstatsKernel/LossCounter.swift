/// Determines how many records of a socket were lost, and before which record.
///
/// It combines two sources. The socket's drop counter says exactly how many messages did not fit, but not where they
/// are missing. The sequence number in a record's header counts the kernel's records of the CPU, so a jump shows where.
/// But a task that is preempted between choosing its listeners and taking its number can swap two numbers, or use one
/// of another CPU, so a jump alone is not a loss. Hence a jump triggers a read of the drop counter, and is reported as
/// a loss if the counter grew by at least as much. Remaining drops are reported at the end of the queue. Every drop is
/// reported once, so sequence numbers can misplace a loss but never change its amount.
package struct LossCounter: Sendable {
    /// Late numbers are near; a number further behind than this is the CPU's own again after one of another CPU.
    private static let farthestLateness: Int32 = 1_024

    private var expected: UInt32?
    private var accountedDrops: UInt32

    /// Creates a counter for a socket; its earlier drops are not losses.
    package init(drops: UInt32) { accountedDrops = drops }

    /// Returns how many numbers were skipped before this one; 0 for a late number.
    package mutating func gap(before sequence: UInt32) -> UInt32 {
        let ahead = Int32(bitPattern: sequence &- (expected ?? sequence))
        guard ahead >= 0 || ahead < -Self.farthestLateness else { return 0 }
        expected = sequence &+ 1
        return UInt32(max(ahead, 0))
    }

    /// Returns whether all drops up to this state of the drop counter were reported.
    package func isReconciled(drops: UInt32) -> Bool { unreported(drops) == 0 }

    /// Returns the loss to report before a record that skipped `gap` numbers: all of them, or 0 when fewer were
    /// dropped.
    package mutating func reconcile(gap: UInt32, drops: UInt32) -> UInt32 {
        guard gap <= unreported(drops) else { return 0 }
        accountedDrops &+= gap
        return gap
    }

    /// Returns the loss to report after the last record of a queue; the next record's number is expected to include it.
    package mutating func reconcileAtEnd(drops: UInt32) -> UInt32 {
        let lost = unreported(drops)
        accountedDrops &+= lost
        expected = expected.map { $0 &+ lost }
        return lost
    }

    /// Returns 0 for a counter state older than the last report.
    private func unreported(_ drops: UInt32) -> UInt32 { UInt32(max(Int32(bitPattern: drops &- accountedDrops), 0)) }
}

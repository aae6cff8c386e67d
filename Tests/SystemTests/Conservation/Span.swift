/// One client on one CPU, from a subscription to the next change that affects the CPU.
///
/// Positions are indices into the reference listener's tasks of that CPU. The boundaries of a span are known except for
/// the tasks that ended during the request; the received lines determine which of them belong to it.
struct Span {
    /// The CPU.
    let cpu: Int
    /// The earliest position: the index of the first task that may belong to it.
    let begin: ClosedRange<Int>
    /// The end position: the index of the first task that no longer belongs to it.
    var end = 0...0
    /// The indices of the received records.
    var received: [Int] = []
    /// The index of the record that the daemon numbered 1.
    var origin: Int?
    /// Records reported as lost in the kernel.
    var lostInKernel = 0
    /// The same, since the last record.
    var lostInKernelSince = 0
    /// Records reported as lost in the queue since the last record, on any CPU.
    var lostInQueueSince = 0
    /// The number of those on this CPU.
    var missing = 0...0

    init(cpu: Int, begin: ClosedRange<Int>) {
        self.cpu = cpu
        self.begin = begin
    }

    /// The position after the last received record.
    var next: Int? { received.last.map { $0 + 1 } }

    /// The position of a client with access to everything if no queue loss followed the last record.
    var expected: ClosedRange<Int> { (next.map { $0...$0 } ?? begin).adding(lostInKernelSince...lostInKernelSince) }

    /// Advances to a position, and returns whether queue losses explain the distance.
    mutating func advance(to place: ClosedRange<Int>) -> Bool {
        let gap = place.lowerBound - expected.upperBound...place.upperBound - expected.lowerBound
        let told = 0...lostInQueueSince
        guard gap.overlaps(told) else { return false }
        missing = missing.adding(gap.clamped(to: told))
        return true
    }

    /// Adds a record.
    mutating func receive(_ index: Int) {
        received.append(index)
        lostInKernelSince = 0
        lostInQueueSince = 0
    }

    /// Returns whether some task certainly ended within both spans.
    func surelyOverlaps(_ other: Span) -> Bool {
        cpu == other.cpu
            && max(begin.upperBound, other.begin.upperBound) < min(end.lowerBound, other.end.lowerBound)
    }
}

extension ClosedRange<Int> {
    /// Returns all sums of a number of each list.
    func adding(_ other: Self) -> Self { lowerBound + other.lowerBound...upperBound + other.upperBound }
}

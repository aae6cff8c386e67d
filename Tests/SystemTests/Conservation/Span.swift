/// One client on one CPU, from a subscription to the next change that concerns the CPU.
///
/// Places are indices into what the witness saw on that CPU. Where a span begins and ends is known up to the tasks that
/// ended while the request was under way; which of them belong to it follows from what was told.
struct Span {
    /// The CPU.
    let cpu: Int
    /// Where it may begin: the index of the first task that belongs to it.
    let begin: ClosedRange<Int>
    /// Where it may end: the index of the first task that does not belong to it any more.
    var end = 0...0
    /// The indices of the records that came.
    var received: [Int] = []
    /// The index of the record that the daemon numbered 1.
    var origin: Int?
    /// Records that were told as lost in the kernel.
    var lostInKernel = 0
    /// The same, since the last record.
    var lostInKernelSince = 0
    /// Records that were told as lost in the queue since the last record, on whatever CPU they were.
    var lostInQueueSince = 0
    /// How many of those there were on this CPU.
    var missing = 0...0

    init(cpu: Int, begin: ClosedRange<Int>) {
        self.cpu = cpu
        self.begin = begin
    }

    /// The place behind the last record that came.
    var next: Int? { received.last.map { $0 + 1 } }

    /// Where a client that sees everything must be when nothing was lost in the queue since the last record.
    var expected: ClosedRange<Int> { (next.map { $0...$0 } ?? begin).adding(lostInKernelSince...lostInKernelSince) }

    /// Goes on to a place, and returns whether what was lost in the queue explains how far that is.
    mutating func advance(to place: ClosedRange<Int>) -> Bool {
        let gap = place.lowerBound - expected.upperBound...place.upperBound - expected.lowerBound
        let told = 0...lostInQueueSince
        guard gap.overlaps(told) else { return false }
        missing = missing.adding(gap.clamped(to: told))
        return true
    }

    /// Takes note of a record.
    mutating func receive(_ index: Int) {
        received.append(index)
        lostInKernelSince = 0
        lostInQueueSince = 0
    }

    /// Whether some task surely ended within both spans.
    func surelyOverlaps(_ other: Span) -> Bool {
        cpu == other.cpu
            && max(begin.upperBound, other.begin.upperBound) < min(end.lowerBound, other.end.lowerBound)
    }
}

extension ClosedRange<Int> {
    /// All sums of a number of the one and a number of the other.
    func adding(_ other: Self) -> Self { lowerBound + other.lowerBound...upperBound + other.upperBound }
}

import TaskstatsClient

/// What the time of a task goes to, as far as the kernel counts it: running, and the eight places to wait.
///
/// Waits can lie within others: reclaim that waits for a disk counts as both.
enum TimeKind: Int, CaseIterable {
    case run, cpu, blockIO, swapIn, reclaim, thrashing, compaction, copyOnWrite, irq

    /// The member that counts it, in nanoseconds.
    var field: Field {
        switch self {
        case .run: .cpuRunVirtualTotal
        case .cpu: .cpuDelayTotal
        case .blockIO: .blkioDelayTotal
        case .swapIn: .swapinDelayTotal
        case .reclaim: .freepagesDelayTotal
        case .thrashing: .thrashingDelayTotal
        case .compaction: .compactDelayTotal
        case .copyOnWrite: .wpcopyDelayTotal
        case .irq: .irqDelayTotal
        }
    }

    /// All members.
    static let fields = FieldSet(allCases.map(\.field))
}

/// How much time went to what, in nanoseconds.
struct TimeSpent: Equatable {
    /// By kind; nil for what the kernel does not count.
    private var nanoseconds: [UInt64?]

    init(_ record: TaskRecord) { nanoseconds = TimeKind.allCases.map { record[$0.field] } }

    subscript(kind: TimeKind) -> UInt64? { nanoseconds[kind.rawValue] }

    /// All waits together; nil when none is counted.
    var waited: UInt64? {
        nanoseconds[1...].reduce(nil) { sum, next in next.map { (sum ?? 0) &+ $0 } ?? sum }
    }

    /// Whether it neither ran nor waited.
    var isIdle: Bool { nanoseconds.allSatisfy { ($0 ?? 0) == 0 } }

    /// What was spent since earlier.
    func since(_ earlier: TimeSpent) -> TimeSpent {
        var difference = self
        for (index, before) in earlier.nanoseconds.enumerated() {
            guard let now = nanoseconds[index], let before else { continue }
            // Totals begin again at 0 when they overflow, and what a task that has ended held is gone.
            difference.nanoseconds[index] = now >= before ? now - before : 0
        }
        return difference
    }

    /// Whether anything is less than it was earlier, which cannot be with the same task.
    func isLess(than earlier: TimeSpent) -> Bool {
        zip(nanoseconds, earlier.nanoseconds).contains { now, before in (now ?? 0) < (before ?? 0) }
    }
}

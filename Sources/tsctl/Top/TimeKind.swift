import Taskstats

/// The kinds of a task's time that the kernel counts: running, and eight kinds of waits.
///
/// Waits can be nested: reclaim that waits for a disk counts as both.
enum TimeKind: Int, CaseIterable {
    case run, cpu, blockIO, swapIn, reclaim, thrashing, compaction, copyOnWrite, irq

    /// The field that counts it, in nanoseconds.
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

    /// All fields.
    static let fields = FieldSet(allCases.map(\.field))
}

/// The time of each kind, in nanoseconds.
struct TimeSpent: Equatable {
    /// The time by kind; nil if the kernel does not count it.
    private var nanoseconds: [UInt64?]
    /// The maximum uncounted run time, which the last records of ended tasks lack.
    private(set) var uncounted: UInt64 = 0

    init(_ record: TaskRecord) { nanoseconds = TimeKind.allCases.map { record[$0.field] } }

    subscript(kind: TimeKind) -> UInt64? { nanoseconds[kind.rawValue] }

    /// The run time, as bounds; nil if it is not counted.
    var cpuTime: CPUTime? {
        self[.run].map {
            CPUTime(lowerNanoseconds: $0, upperNanoseconds: $0.addingReportingOverflow(uncounted).partialValue)
        }
    }

    /// Adds the maximum uncounted run time of ended tasks.
    mutating func add(uncounted nanoseconds: UInt64) { uncounted &+= nanoseconds }

    /// Returns the sum of both.
    static func + (left: TimeSpent, right: TimeSpent) -> TimeSpent {
        var sum = left
        for (index, value) in right.nanoseconds.enumerated() {
            if let value { sum.nanoseconds[index] = (sum.nanoseconds[index] ?? 0) &+ value }
        }
        sum.uncounted &+= right.uncounted
        return sum
    }

    /// The sum of all waits; nil if none is counted.
    var waited: UInt64? {
        nanoseconds[1...].reduce(nil) { sum, next in next.map { (sum ?? 0) &+ $0 } ?? sum }
    }

    /// Whether it neither ran nor waited.
    var isIdle: Bool { nanoseconds.allSatisfy { ($0 ?? 0) == 0 } }

    /// Returns the time spent since an earlier value.
    func since(_ earlier: TimeSpent) -> TimeSpent {
        var difference = self
        for (index, before) in earlier.nanoseconds.enumerated() {
            guard let now = nanoseconds[index] else { continue }
            // The earlier value was omitted, so the change is unknown.
            guard let before else {
                difference.nanoseconds[index] = nil
                continue
            }
            // Totals restart at 0 when they overflow, and those of ended tasks are gone.
            difference.nanoseconds[index] = now >= before ? now - before : 0
        }
        return difference
    }

    /// Returns whether any value is less than earlier, which is impossible for the same task.
    func isLess(than earlier: TimeSpent) -> Bool {
        zip(nanoseconds, earlier.nanoseconds).contains { now, before in
            guard let now, let before else { return false }
            return now < before
        }
    }
}

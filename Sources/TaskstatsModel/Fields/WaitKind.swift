/// A kind of wait that the kernel counts, with the fields that describe it.
@nonexhaustive
public enum WaitKind: String, Sendable, CaseIterable {
    /// Waits for a CPU; the only kind that is counted without `kernel.task_delayacct`.
    case cpu
    /// Waits for synchronous block I/O.
    case blkio
    /// Waits for pages to be swapped in.
    case swapin
    /// Direct memory reclaim.
    case freepages
    /// Waits for thrashing pages.
    case thrashing
    /// Direct compaction.
    case compact
    /// Page copies for copy-on-write.
    case wpcopy
    /// Time taken from the task by IRQ and softirq.
    case irq

    /// The number of waits.
    public var count: Field { row.count }
    /// The sum of all waits.
    public var total: Field { row.total }
    /// The longest single wait.
    public var max: Field { row.max }
    /// The shortest single wait.
    public var min: Field { row.min }
    /// The time at which the longest wait ended.
    public var maxTimestamp: Field { row.maxTimestamp }
    /// All five fields.
    public var fields: FieldSet { [count, total, max, min, maxTimestamp] }

    /// The fields that the kernel counts only while `kernel.task_delayacct` is on: those of every kind but ``cpu``.
    public static let delayAccountingFields = allCases.filter { $0 != .cpu }
        .reduce(FieldSet()) { $0.union($1.fields) }

    private struct Row {
        let count, total, max, min, maxTimestamp: Field
    }

    private var row: Row {
        switch self {
        case .cpu:
            Row(
                count: .cpuCount, total: .cpuDelayTotal, max: .cpuDelayMax, min: .cpuDelayMin,
                maxTimestamp: .cpuDelayMaxTs)
        case .blkio:
            Row(
                count: .blkioCount, total: .blkioDelayTotal, max: .blkioDelayMax, min: .blkioDelayMin,
                maxTimestamp: .blkioDelayMaxTs)
        case .swapin:
            Row(
                count: .swapinCount, total: .swapinDelayTotal, max: .swapinDelayMax, min: .swapinDelayMin,
                maxTimestamp: .swapinDelayMaxTs)
        case .freepages:
            Row(
                count: .freepagesCount, total: .freepagesDelayTotal, max: .freepagesDelayMax, min: .freepagesDelayMin,
                maxTimestamp: .freepagesDelayMaxTs)
        case .thrashing:
            Row(
                count: .thrashingCount, total: .thrashingDelayTotal, max: .thrashingDelayMax, min: .thrashingDelayMin,
                maxTimestamp: .thrashingDelayMaxTs)
        case .compact:
            Row(
                count: .compactCount, total: .compactDelayTotal, max: .compactDelayMax, min: .compactDelayMin,
                maxTimestamp: .compactDelayMaxTs)
        case .wpcopy:
            Row(
                count: .wpcopyCount, total: .wpcopyDelayTotal, max: .wpcopyDelayMax, min: .wpcopyDelayMin,
                maxTimestamp: .wpcopyDelayMaxTs)
        case .irq:
            Row(
                count: .irqCount, total: .irqDelayTotal, max: .irqDelayMax, min: .irqDelayMin,
                maxTimestamp: .irqDelayMaxTs)
        }
    }
}

import TaskstatsModel

/// Losses that have not been reported, all in the same gap.
package struct UnreportedLosses {
    private var queue: UInt64 = 0
    private var kernel: [Int: UInt64] = [:]
    private var starts: UInt64 = 0
    /// The index up to which every record is delivered before the gap, and after it.
    package private(set) var indices: (before: UInt64, after: UInt64) = (0, 0)

    /// Creates a gap without losses.
    package init() {}

    /// Whether nothing is lost.
    package var isEmpty: Bool { queue == 0 && kernel.isEmpty && starts == 0 }

    /// The number of lines required to report them.
    package var count: Int { kernel.count + (queue > 0 ? 1 : 0) + (starts > 0 ? 1 : 0) }

    /// Adds a loss of records with these indices, whose last one is that of the loss.
    package mutating func add(_ loss: LostRecords, after before: UInt64) {
        if isEmpty { indices.before = before }
        indices.after = max(indices.after, loss.index ?? 0)
        let count = loss.count ?? 0
        switch loss.place {
        case .queue: queue += count
        case .kernel(let cpu): kernel[cpu, default: 0] += count
        case .starts: starts += count
        case .history: break
        }
    }

    /// The losses; only with the last one, everything in the gap is reported.
    package var losses: [LostRecords] {
        var losses = kernel.sorted { $0.key < $1.key }.map { LostRecords(.kernel(cpu: $0.key), count: $0.value) }
        if starts > 0 { losses.append(LostRecords(.starts, count: starts)) }
        if queue > 0 { losses.append(LostRecords(.queue, count: queue)) }
        for number in losses.indices {
            losses[number].index = number == losses.indices.last ? indices.after : indices.before
        }
        return losses
    }
}

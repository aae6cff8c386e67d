import Taskstats

/// The losses of a connection that are reported before its next line.
struct PendingLosses {
    private var kernel: [Int: UInt64] = [:]
    private var queue: UInt64 = 0

    /// Adds records lost in the kernel on a CPU.
    mutating func addKernel(cpu: Int, _ count: UInt64) { kernel[cpu, default: 0] += count }

    /// Adds records lost in the queue.
    mutating func addQueue(_ count: UInt64) { queue += count }

    /// Takes the losses, which reach up to an index.
    mutating func take(upTo index: UInt64) -> [LostRecords] {
        defer { self = PendingLosses() }
        let losses = kernel.sorted { $0.key < $1.key }.map {
            LostRecords(.kernel(cpu: $0.key), count: $0.value, index: index)
        }
        return queue == 0 ? losses : losses + [LostRecords(.queue, count: queue, index: index)]
    }
}

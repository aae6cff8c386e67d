/// What limited parallelism, over time: each interval counts for one limit.
struct TraceLimits {
    enum Limit: CaseIterable {
        /// As many processes wanted a CPU as there are.
        case cpus
        /// Processes waited for a disk while CPUs were free.
        case disk
        /// Only one process did anything.
        case loneProcess
        /// More than one process, and free CPUs: processes waited for others, for memory, or for something unknown.
        case other

        func text(cpus: Int?) -> String {
            switch self {
            case .cpus: cpus.map { "CPUs (\($0))" } ?? "CPUs"
            case .disk: "disk"
            case .loneProcess: "a lone process"
            case .other: "something else, with CPUs free"
            }
        }
    }

    /// The time by limit, in nanoseconds.
    let times: [Limit: UInt64]
    let total: UInt64
    let averageRunning: Double

    private static let intervals = 2_000

    init(_ timeline: TraceTimeline) {
        guard timeline.duration > 0 else {
            (times, total, averageRunning) = ([:], 0, 0)
            return
        }
        let concurrency = TraceConcurrency(timeline, intervals: Self.intervals)
        let running = Array(concurrency[.onCPU])
        let (waiting, disk) = (Array(concurrency[.waitingForCPU]), Array(concurrency[.blockIO]))
        var times: [Limit: UInt64] = [:]
        for index in running.indices {
            let active = running[index] + waiting[index]
            let limit: Limit =
                if let cpus = timeline.cpus, active >= Double(cpus) * 0.9 {
                    .cpus
                } else if disk[index] >= 0.5 {
                    .disk
                } else if active + disk[index] <= 1.1 {
                    .loneProcess
                } else {
                    .other
                }
            times[limit, default: 0] += concurrency.interval
        }
        self.times = times
        total = times.values.reduce(0, +)
        averageRunning = running.reduce(0, +) / Double(max(1, running.count))
    }
}

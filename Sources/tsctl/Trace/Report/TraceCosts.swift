import Taskstats

/// The costs of all processes by command line.
struct TraceCosts {
    /// What the processes with one command line cost together.
    struct Cost {
        let text: String
        var runs = 0
        var cpuTime: CPUTime?
        /// The sum of all waits, in nanoseconds; nested ones count twice.
        var waited: UInt64 = 0

        fileprivate var mostCPU: UInt64 { cpuTime?.upperNanoseconds ?? 0 }
    }

    private let costs: [Cost]

    init(_ timeline: TraceTimeline) {
        var costs: [String: Cost] = [:]
        for span in timeline.spans {
            let text = span.text
            var cost = costs[text] ?? Cost(text: text)
            cost.runs += 1
            if let time = span.details.cpuTime { cost.cpuTime = (cost.cpuTime ?? .zero) + time }
            cost.waited &+= span.details.waits.reduce(0) { $0 &+ $1.nanoseconds }
            costs[text] = cost
        }
        // By text among equals, so that the order does not change.
        self.costs = costs.values.sorted { $0.text < $1.text }
    }

    var byCPU: [Cost] { sorted { $0.mostCPU } }
    var byWaits: [Cost] { sorted { $0.waited } }
    var byRuns: [Cost] { sorted { UInt64($0.runs) } }

    private func sorted(_ value: (Cost) -> UInt64) -> [Cost] {
        costs.enumerated().sorted { (value($0.element), $1.offset) > (value($1.element), $0.offset) }.map(\.element)
    }
}

/// The cost limit of routing records to the clients of an ordinary principal in one loop iteration.
///
/// Records are routed while the kernel's sockets are drained, and records that are not drained in time are lost to all
/// clients. So ordinary clients together have a quarter of the time since the last iteration, in equal shares. A
/// principal that exceeds its share loses its own records, which are counted like those that do not fit into a queue.
/// That includes records that are no longer compared with its patterns. The broker has no clock and needs none: every
/// line costs about the same.
struct RoutingBudget {
    /// The cost of each step, in nanoseconds on a slow machine (contrib/bench measures about half of that).
    enum Cost {
        static let encodedLine = 3_000
        static let deliveredLine = 100
        /// A pattern that is compared with the name of a command.
        static let pattern = 300
        /// A byte of a longer text that is compared with a pattern, at worst.
        static let patternByte = 64
    }

    private var iteration: UInt64 = 0
    private var left = 0

    /// Returns whether another record may be routed.
    mutating func allows(_ share: RoutingShare) -> Bool {
        if iteration != share.iteration {
            iteration = share.iteration
            // An excess is carried over, a remainder is not.
            left = min(left, 0) + share.nanoseconds
        }
        return left > 0
    }

    /// Charges the cost of a step.
    mutating func charge(_ nanoseconds: Int) { left -= nanoseconds }
}

/// The share of every principal in the current iteration.
struct RoutingShare {
    private(set) var iteration: UInt64 = 1
    private(set) var nanoseconds = Int.max / 2
    private var begunAt: UInt64?

    private static let total = 1_000_000...50_000_000

    /// Begins an iteration: `principals` share a quarter of the time since the previous one began, within bounds.
    mutating func begin(at now: UInt64, principals: Int) {
        let elapsed = begunAt.map { Int(clamping: now - min($0, now)) } ?? 0
        let total = min(max(elapsed / 4, Self.total.lowerBound), Self.total.upperBound)
        begunAt = now
        iteration += 1
        nanoseconds = total / max(principals, 1)
    }
}

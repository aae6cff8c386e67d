extension ConservationRun {
    /// The results of a run.
    struct Outcome {
        var exits = 0
        var stormExits = 0
        var told = Audit.Totals()
        var problems: [String] = []

        static func += (left: inout Outcome, right: Outcome) {
            left.exits += right.exits
            left.stormExits += right.stormExits
            left.told += right.told
            left.problems += right.problems
        }
    }
}

extension ConservationRun.Outcome: CustomStringConvertible {
    var description: String {
        """
        \(exits) exits, \(stormExits) of them in storms; \(told.clients) clients were told of \(told.delivered) \
        delivered, \(told.lostInKernel) lost in the kernel, \(told.lostInQueue) lost in the queue: \
        \(problems.isEmpty ? "balanced" : "\(problems.count) PROBLEMS")
        """
    }
}

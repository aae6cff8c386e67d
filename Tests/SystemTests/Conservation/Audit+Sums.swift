extension Audit {
    /// Returns errors in the sums of a client with access to everything: missed records must equal reported losses.
    func problemOfTotal(_ account: Account) -> String? {
        let missing = account.spans.reduce(0...0) { $0.adding($1.missing) }
        guard !missing.contains(account.lostInQueue) else { return nil }
        return "\(account.lostInQueue) reported lost in the queue, \(missing) are missing"
    }

    /// Returns errors in the sums of a client with a filter.
    func problemOfFiltered(_ account: Account) -> String? {
        var matched = 0...0
        var told = account.lostInQueue
        for span in account.spans {
            let surely = span.begin.upperBound..<max(span.begin.upperBound, span.end.lowerBound)
            let perhaps = span.begin.lowerBound..<min(span.end.upperBound, ended[span.cpu].count)
            guard span.received.allSatisfy(perhaps.contains) else { return "records outside of the subscription" }
            var lost = 0...0
            for index in perhaps {
                let least = surely.contains(index) ? 1 : 0
                let isWanted = account.client.choice.wants(ended[span.cpu][index])
                switch fates[span.cpu, index] {
                case .received: if isWanted { matched = matched.adding(least...1) }
                case .lostInKernel: lost = lost.adding(least...1)
                case .unknown:
                    if isWanted { matched = matched.adding(0...1) }
                    lost = lost.adding(0...1)
                }
            }
            guard lost.contains(span.lostInKernel) else {
                return "\(span.lostInKernel) reported lost in the kernel on CPU \(span.cpu), \(lost) were"
            }
            told += span.received.count
        }
        return matched.contains(told) ? nil : "\(told) received or reported lost in the queue, \(matched) matched"
    }

    /// Returns errors in the numbering, which is the same for all clients with a CPU at the same time.
    func problemsOfNumbering(_ spans: [Span]) -> [String] {
        var problems: [String] = []
        for (index, span) in spans.enumerated() {
            for other in spans[..<index] where span.surelyOverlaps(other) {
                guard let origin = span.origin, let theirs = other.origin, theirs != origin else { continue }
                problems.append("number 1 on CPU \(span.cpu) is at \(origin) for one client, \(theirs) for another")
            }
        }
        return problems
    }
}

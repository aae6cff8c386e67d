@testable import TaskstatsBroker

/// The comparison of a client's lines with the tasks that it should receive.
enum Journal {
    /// Returns the first difference: every exit must be the next task, after as many as were reported lost in the
    /// queue.
    ///
    /// Returns nil when all lines agree and every task was either delivered or reported lost, at its position.
    static func fault(in received: [ReceivedLine], of tasks: some Sequence<UInt32>) -> String? {
        var throttle = Array(tasks)[...]
        for (index, line) in received.enumerated() {
            switch line {
            case .exit(let pid):
                guard throttle.popFirst() == pid else { return "line \(index), exit of \(pid), comes out of turn" }
            case .lost(.queue, let count?):
                guard count <= throttle.count else { return "line \(index) reports more losses than there were" }
                throttle = throttle.dropFirst(Int(count))
            default: continue
            }
        }
        return throttle.isEmpty ? nil : "nothing was said of \(throttle.count) tasks"
    }
}

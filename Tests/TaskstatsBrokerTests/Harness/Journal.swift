@testable import TaskstatsBroker

/// What a client heard, compared with the tasks that it should have heard of.
enum Journal {
    /// Where lines and tasks part: every exit must be the next task, after as many as were told to be lost in the queue.
    ///
    /// Returns nil when all lines agree and every task was either delivered or told as lost, in its place.
    static func fault(in heard: [Heard], of tasks: some Sequence<UInt32>) -> String? {
        var rest = Array(tasks)[...]
        for (index, line) in heard.enumerated() {
            switch line {
            case .exit(let pid):
                guard rest.popFirst() == pid else { return "line \(index), exit of \(pid), comes out of turn" }
            case .lost(.queue, let count):
                guard count <= rest.count else { return "line \(index) tells more losses than there were" }
                rest = rest.dropFirst(Int(count))
            default: continue
            }
        }
        return rest.isEmpty ? nil : "nothing was said of \(rest.count) tasks"
    }
}

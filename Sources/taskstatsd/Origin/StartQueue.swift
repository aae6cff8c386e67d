import TaskstatsModel

/// Starts of programs on their way to the loop, numbered for each CPU.
struct StartQueue {
    /// Whether a client wants starts; otherwise none is kept.
    var isWanted = false {
        didSet { if !isWanted { starts = [] } }
    }
    private var starts: [ProcessStart] = []
    private var sequences: [Int: UInt64] = [:]
    private static let limit = 65_536

    /// Numbers and adds a start; returns false if there is no room for it.
    mutating func append(_ start: ProcessStart) -> Bool {
        let sequence = (sequences[start.cpu] ?? 0) + 1
        sequences[start.cpu] = sequence
        guard starts.count < Self.limit else { return false }
        var start = start
        start.sequence = sequence
        starts.append(start)
        return true
    }

    /// Removes and returns all starts.
    mutating func takeAll() -> [ProcessStart] {
        defer { starts.removeAll(keepingCapacity: true) }
        return starts
    }
}

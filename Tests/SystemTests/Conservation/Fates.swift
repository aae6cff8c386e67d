/// The fate of each ended task's record, as far as clients' lines show it.
struct Fates {
    /// The fate of a record.
    enum Fate {
        case unknown, received, lostInKernel
    }

    private var fates: [[Fate]]

    init(_ ended: [[ReferenceRecorder.Ended]]) { fates = ended.map { Array(repeating: .unknown, count: $0.count) } }

    subscript(cpu: Int, index: Int) -> Fate { fates[cpu][index] }

    /// Records a client's line, and returns whether it agrees with the lines of others.
    mutating func note(_ fate: Fate, _ cpu: Int, _ indices: Range<Int>) -> Bool {
        guard fates[cpu].indices.contains(indices) else { return false }
        for index in indices {
            guard fates[cpu][index] == .unknown || fates[cpu][index] == fate else { return false }
            fates[cpu][index] = fate
        }
        return true
    }
}

extension Range<Int> {
    fileprivate func contains(_ other: Range<Int>) -> Bool {
        other.isEmpty || lowerBound <= other.lowerBound && other.upperBound <= upperBound
    }
}

/// The parents of processes that started before those were read.
extension ProcessTable {
    /// Completes what is known of parents, after all processes that were already running have been read.
    ///
    /// A process that forked while its parent was not read yet, and its descendants, have inherited nothing.
    package mutating func completeLineages() {
        var incomplete: [(start: UInt64, pid: UInt32)] = []
        for pid in living.pids {
            guard let process = living[pid], process.lineage == nil, let start = process.start else { continue }
            incomplete.append((start.value, pid))
        }
        // Parents first.
        for (start, pid) in incomplete.sorted(by: <) {
            guard let parent = living[pid]?.parent, let earlier = living[parent]?.start, earlier.value <= start,
                let lineage = parents(of: parent, childStartedAt: start)
            else { continue }
            living[pid]?.change { $0.lineage = SourcedValue(lineage, .scan) }
        }
    }
}

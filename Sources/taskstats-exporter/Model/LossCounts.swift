import Taskstats

/// The records that are missing from all sums.
struct LossCounts: Equatable {
    /// Records lost between the kernel and the daemon.
    private(set) var kernel: UInt64 = 0
    /// Records lost between the daemon and this program.
    private(set) var queue: UInt64 = 0
    /// Records that the daemon no longer kept after a gap.
    private(set) var history: UInt64 = 0
    /// Periods in which an unknown number of records was lost.
    var gaps: UInt64 = 0

    /// Adds a loss.
    mutating func add(_ loss: LostRecords) {
        guard let count = loss.count else { return gaps &+= 1 }
        switch loss.place {
        case .kernel: kernel &+= count
        case .queue: queue &+= count
        case .history: history &+= count
        case .starts: break
        @unknown default: gaps &+= 1
        }
    }
}

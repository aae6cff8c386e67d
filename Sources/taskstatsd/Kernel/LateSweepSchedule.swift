import TaskstatsModel

/// The CPUs that have not been swept, and when to retry without an announcement.
///
/// It decides and changes nothing itself. An online CPU can be refused briefly, until the daemon's control group
/// includes it, so it is retried at growing intervals. An offline CPU is not retried, unless announcements cannot be
/// received.
struct LateSweepSchedule {
    static let shortestPause: UInt64 = 100_000_000
    static let longestPause: UInt64 = 60_000_000_000
    static let pauseWithoutAnnouncements: UInt64 = 1_000_000_000

    private(set) var unswept: CPUSet
    private(set) var nextDue: UInt64?
    /// Whether the kernel announces CPUs that come online.
    var hasAnnouncements = true
    private var pause = shortestPause

    init(_ unswept: CPUSet) { self.unswept = unswept }

    /// Updates the schedule with the result of sweeping the online CPUs.
    mutating func update(swept: CPUSet, online: CPUSet, now: UInt64) {
        unswept = unswept.subtracting(swept)
        if !swept.isEmpty { pause = Self.shortestPause }
        if unswept.isEmpty {
            nextDue = nil
        } else if !hasAnnouncements {
            nextDue = now + Self.pauseWithoutAnnouncements
        } else if unswept.intersection(online).isEmpty {
            nextDue = nil
            pause = Self.shortestPause
        } else {
            nextDue = now + pause
            pause = min(2 * pause, Self.longestPause)
        }
    }
}

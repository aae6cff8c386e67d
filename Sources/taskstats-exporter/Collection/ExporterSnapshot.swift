import CommandSupport
import Taskstats

/// Everything that a scrape reports, at one moment.
struct ExporterSnapshot: Sendable {
    var groups: GroupTable
    var losses: LossCounts
    var records: UInt64
    var implausible: UInt64
    var uncounted: UInt64
    /// The index of the last record, in the instance of the daemon.
    var lastIndex: UInt64?
    var living: Int
    /// Whether the living tasks were sampled for this snapshot; otherwise their growth is missing so far.
    var isUp: Bool
    /// Whether delays are counted; nil if that is unknown.
    var delayAccounting: Bool?
    /// The daemon; nil before the first connection.
    var server: ServerInfo?
    var grouping: Grouping
    /// The time that the sample took, in microseconds.
    var sampleMicroseconds: UInt64
    /// The number of the snapshot, from 1.
    var serial: UInt64
}

import Taskstats

extension WaitKind {
    /// The kind as the tables of delays name it.
    var title: String { DelayTable.rows.first { $0.total == total }?.name ?? rawValue }
}

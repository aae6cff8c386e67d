import TaskstatsClient

/// How many tasks of a cgroup are in which state.
enum CgroupScreen {
    static func lines(path: String, _ stats: CgroupStats) -> [String] {
        Table.facts([
            ("cgroup", PrintableText.of(path)),
            ("running", "\(stats.running)"),
            ("sleeping", "\(stats.sleeping)"),
            ("uninterruptible", "\(stats.uninterruptible)"),
            ("stopped", "\(stats.stopped)"),
            ("I/O wait", "\(stats.ioWait)"),
        ])
    }
}

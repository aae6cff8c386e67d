import Taskstats

/// A check that the daemon learns the origin of processes, and fast enough.
struct OriginCheck: Check {
    /// The daemon; nil if none answers.
    let server: ServerInfo?
    /// The daemon's counters while this process was subscribed with origins.
    let status: DaemonStatus?
    /// Whether the kernel reports the events of processes; nil if its configuration cannot be read.
    let kernelReports: Bool?
    /// The option of /proc that hides processes: "hidepid=2".
    let hiding: String?

    var finding: Finding {
        guard let server else { return .unknown(Self.name, "no daemon answers") }
        guard OriginFeature.isOffered(by: server) else {
            if kernelReports == false {
                return .warning(
                    Self.name, "unknown: the kernel does not report the events of processes",
                    fix: "boot a kernel with CONFIG_PROC_EVENTS=y")
            }
            return .warning(
                Self.name, "unknown: taskstatsd is older, runs with --origin none, or the kernel refuses it the events",
                fix: "see: sudo journalctl -u taskstatsd")
        }
        if let hiding {
            return .warning(
                Self.name, "unknown for other users: /proc is mounted with \(hiding)",
                fix:
                    "sudo systemctl edit taskstatsd, and add: SupplementaryGroups=GROUP, with the group of /proc's gid="
            )
        }
        guard let origin = status?.daemon?.origin, let isRealTime = origin.isRealTime else {
            return .ok(Self.name, "known; its priority is shown only to users who see every process")
        }
        return isRealTime
            ? .ok(Self.name, "known, and read at real-time priority")
            : .warning(
                Self.name, "read at normal priority: on a busy machine, short processes have no command line",
                fix: "set LimitRTPRIO=1 in the unit as contrib/systemd does, or start taskstatsd with --origin-priority"
            )
    }

    private static let name = "origins"
}

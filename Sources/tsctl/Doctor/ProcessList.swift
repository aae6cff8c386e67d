/// Processes as /proc shows them to every user.
enum ProcessList {
    /// Returns the processes with the daemon's name.
    static func daemons() -> [DaemonCheck.Process] {
        let ids = (try? ProcessDirectory.processes()) ?? []
        return ids.filter { HostFile.line("/proc/\($0)/comm") == DaemonCheck.program }
            .map { process(Int32($0), user: "unknown") }
    }

    /// Returns the public facts of a process; the given user is the default for its user.
    static func process(_ pid: Int32, user: String) -> DaemonCheck.Process {
        let status = HostFile.text("/proc/\(pid)/status")?.split(separator: "\n") ?? []
        let state = status.first { $0.hasPrefix("State:") }
        let effective = status.first { $0.hasPrefix("Uid:") }?.split(separator: "\t").dropFirst(2).first
        let arguments = HostFile.text("/proc/\(pid)/cmdline")?.split(separator: "\0").map(String.init)
        return DaemonCheck.Process(
            pid: pid, name: HostFile.line("/proc/\(pid)/comm"),
            user: effective.flatMap { UInt32($0) }.map(AccountNames.user) ?? user,
            isStopped: state?.contains("stopped") == true, arguments: arguments ?? [])
    }
}

/// Processes as /proc shows them to everybody.
enum ProcessList {
    /// Those that are called like the daemon.
    static func daemons() -> [DaemonCheck.Process] {
        let ids = (try? ProcessDirectory.processes()) ?? []
        return ids.filter { HostFile.line("/proc/\($0)/comm") == DaemonCheck.program }
            .map { process(Int32($0), user: "unknown") }
    }

    /// What everybody may know of a process; the user is the one it has now, else the one given.
    static func process(_ pid: Int32, user: String) -> DaemonCheck.Process {
        let status = HostFile.text("/proc/\(pid)/status")?.split(separator: "\n") ?? []
        let state = status.first { $0.hasPrefix("State:") }
        let effective = status.first { $0.hasPrefix("Uid:") }?.split(separator: "\t").dropFirst(2).first
        let arguments = HostFile.text("/proc/\(pid)/cmdline")?.split(separator: "\0").map(String.init)
        return DaemonCheck.Process(
            pid: pid, name: HostFile.line("/proc/\(pid)/comm"),
            user: effective.flatMap { UInt32($0) }.map(Account.name) ?? user,
            isStopped: state?.contains("stopped") == true, arguments: arguments ?? [])
    }
}

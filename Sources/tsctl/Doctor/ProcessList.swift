import Glibc
import LinuxSystem

/// Processes as /proc shows them to everybody.
enum ProcessList {
    /// Those that are called like the daemon.
    static func daemons() -> [DaemonCheck.Process] {
        guard let directory = unsafe opendir("/proc") else { return [] }
        defer { unsafe closedir(directory) }
        var found: [DaemonCheck.Process] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) {
                unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard let pid = Int32(name), HostFile.line("/proc/\(name)/comm") == DaemonCheck.program else { continue }
            found.append(process(pid, user: "unknown"))
        }
        return found
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

/// This user, for people.
enum Account {
    /// The name of a user, or the number of one without a name.
    static func name(_ uid: UInt32) -> String {
        AccountDatabase.userName(uid).map(PrintableText.of) ?? "\(uid)"
    }

    /// Whether this process, and its user, belong to the group of those who see every process.
    static func group() -> AccessCheck.Group {
        guard let group = AccountDatabase.groupID(named: AccessCheck.groupName) else { return .missing }
        if getegid() == group || current().contains(group) { return .member }
        return AccountDatabase.groups(of: geteuid()).contains(group) ? .memberLater : .foreign
    }

    private static func current() -> [UInt32] {
        var groups = [gid_t](repeating: 0, count: 65_536)
        let count = unsafe getgroups(Int32(groups.count), &groups)
        return Array(groups.prefix(Int(max(0, count))))
    }
}

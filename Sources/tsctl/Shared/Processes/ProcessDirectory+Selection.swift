import CommandSupport
import Glibc
import LinuxSystem
import Taskstats

/// The selection of processes by command and owner.
extension ProcessDirectory {
    /// Returns the processes whose command in /proc/PID/comm matches any pattern, or those that may belong to a user.
    static func processes(
        matching patterns: [GlobPattern], ofUser uid: UInt32? = nil
    ) throws(Failure) -> [UInt32] {
        try processes(ofUser: uid).filter { id in
            guard let command = command(of: id) else { return false }
            return patterns.contains { $0.matches(command) }
        }
    }

    /// Returns the command of a process; nil if the process does not exist.
    static func command(of pid: UInt32) -> [UInt8]? {
        guard let bytes = try? Descriptor.open("/proc/\(pid)/comm").readBytes() else { return nil }
        return bytes.last == UInt8(ascii: "\n") ? bytes.dropLast() : bytes
    }

    /// The access of a user to a process, as far as /proc shows it.
    enum Ownership: Equatable { case own, other, gone }

    /// Returns whether a process may belong to a user, like `processes(ofUser:)`.
    static func ownership(of pid: UInt32, user uid: UInt32) -> Ownership {
        var owner = stat()
        if unsafe stat("/proc/\(pid)", &owner) == 0 { return owner.st_uid == uid ? .own : .other }
        // The mount option hidepid hides processes of other users.
        return kill(pid_t(bitPattern: pid), 0) == 0 || errno == EPERM ? .other : .gone
    }
}

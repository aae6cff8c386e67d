import CommandSupport
import Glibc
import LinuxSystem
import Taskstats

/// A check of what this user can see, and why.
struct AccessCheck: Check {
    let handshake: DaemonCheck.Handshake
    /// The effective user of this process.
    let uid: UInt32
    let user: String
    /// The state of the default privileged group in the account database.
    let group: Group

    /// The membership of this user in the group taskstats.
    enum Group: Equatable {
        case missing
        /// The user is not a member.
        case notMember
        /// The user became a member after this session started.
        case memberLater
        /// This process is in the group.
        case member

        /// Returns the membership of this process and its user.
        static func current() -> Group {
            guard let group = AccountDatabase.groupID(named: AccessCheck.groupName) else { return .missing }
            if AccountDatabase.groupsOfThisProcess.contains(group) { return .member }
            return AccountDatabase.groups(of: geteuid()).contains(group) ? .memberLater : .notMember
        }
    }

    /// The default group whose members see every process.
    static let groupName = "taskstats"

    var finding: Finding {
        switch handshake {
        case .connected(let server): server.access == .all ? .ok(Self.name, all) : own(server)
        case .refused(let error) where error.code == .permissionDenied && error.errnoName == nil:
            .failed(
                Self.name, error.message,
                fix: uid == 0 ? "run tsctl on the host" : "run tsctl on the host, or: \(join)")
        case .refused, .noDaemon: .unknown(Self.name, "no daemon answers")
        }
    }

    private var all: String {
        let reason =
            uid == 0
            ? "you are root"
            : group == .member ? "\(user) is in the group \(Self.groupName)" : "\(user) is in the daemon's --group"
        return "every process: \(reason)"
    }

    private func own(_ server: ServerInfo) -> Finding {
        let text = "only the processes of \(user)"
        if server.uid != uid {
            return .warning(
                Self.name, "\(text), whom the daemon sees as uid \(server.uid)",
                fix: "run tsctl outside the user namespace")
        }
        switch group {
        case .missing: return .ok(Self.name, "\(text): the group \(Self.groupName) does not exist")
        case .notMember: return .ok(Self.name, "\(text); members of \(Self.groupName) see all: \(join)")
        case .memberLater:
            return .warning(
                Self.name, "\(text): \(user) joined \(Self.groupName) after this session started",
                fix: "log in again, or: newgrp \(Self.groupName)")
        case .member:
            return .warning(
                Self.name,
                "\(text): the daemon does not treat \(Self.groupName) as privileged; it has another --group, or is "
                    + "older than the group", fix: "sudo systemctl restart taskstatsd")
        }
    }

    private var join: String { "sudo usermod -aG \(Self.groupName) \(user)" }

    private static let name = "access"
}

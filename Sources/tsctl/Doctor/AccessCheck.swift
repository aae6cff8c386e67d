import TaskstatsClient

/// What this user may see, and why.
struct AccessCheck: Check {
    let greeting: DaemonCheck.Greeting
    /// The effective user of this process.
    let uid: UInt32
    let user: String
    /// What the account database says of the group that is privileged unless the daemon was told otherwise.
    let group: Group

    /// The group taskstats, and this user.
    enum Group: Equatable {
        case missing
        /// The user is no member.
        case foreign
        /// The user is a member and this session was begun before that.
        case memberLater
        /// This process is in the group.
        case member
    }

    /// The group whose members see every process, unless the daemon was told another.
    static let groupName = "taskstats"

    var finding: Finding {
        switch greeting {
        case .greeted(let server): server.access == .all ? .ok(Self.name, all) : own(server)
        case .refused(let error) where error.code == .permissionDenied && error.errnoName == nil:
            .failed(Self.name, error.message, mend: "run tsctl on the host, or: \(join)")
        case .refused, .nobody: .unknown(Self.name, "nobody to ask: the daemon decides")
        }
    }

    private var all: String {
        let why =
            uid == 0
            ? "you are root"
            : group == .member ? "\(user) is in the group \(Self.groupName)" : "\(user) is in the daemon's --group"
        return "every process: \(why)"
    }

    private func own(_ server: ServerInfo) -> Finding {
        let text = "the processes of \(user) alone"
        if server.uid != uid {
            return .warning(
                Self.name, "\(text), whom the daemon takes for uid \(server.uid)",
                mend: "run tsctl outside of the user namespace")
        }
        switch group {
        case .missing: return .ok(Self.name, "\(text): there is no group \(Self.groupName) whose members see all")
        case .foreign: return .ok(Self.name, "\(text); all for members of \(Self.groupName): \(join)")
        case .memberLater:
            return .warning(
                Self.name, "\(text): \(user) joined \(Self.groupName) after this session began",
                mend: "log in again, or: newgrp \(Self.groupName)")
        case .member:
            return .warning(
                Self.name,
                "\(text): the daemon does not take \(Self.groupName) for privileged; it has another --group, or is "
                    + "older than the group", mend: "sudo systemctl restart taskstatsd")
        }
    }

    private var join: String { "sudo usermod -aG \(Self.groupName) \(user)" }

    private static let name = "access"
}

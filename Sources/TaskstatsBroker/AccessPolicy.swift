import TaskstatsModel
import TaskstatsProtocol

/// Who may see what: through this daemon nobody learns what the kernel would refuse them at that moment, unless an
/// administrator granted it.
///
/// All decisions are here and none has side effects; who gathers the facts must gather them from the kernel, never from
/// a message of the client.
package struct AccessPolicy: Sendable {
    /// What a client may see, decided at connect for the life of the connection.
    package enum Access: Hashable, Sendable {
        /// Everything.
        case all
        /// Processes that are this user's and this group's; whoever is confined to a user namespace sees how they ended,
        /// without their I/O counters, and none that lives.
        case own(uid: UInt32, gid: UInt32, isConfined: Bool = false)
        /// Nothing, and why.
        case none(reason: String)
    }

    /// The group whose members see everything; nil when the host has no such group.
    package var privilegedGroup: UInt32?
    /// Whether everybody else may see their own processes, or nothing.
    package var othersSeeTheirOwn: Bool

    /// A policy.
    package init(privilegedGroup: UInt32? = nil, othersSeeTheirOwn: Bool = true) {
        self.privilegedGroup = privilegedGroup
        self.othersSeeTheirOwn = othersSeeTheirOwn
    }

    /// The tier of a client.
    package func access(of peer: PeerIdentity) -> Access {
        let invalidID = UInt32.max
        guard peer.uid != invalidID, peer.gid != invalidID else { return .none(reason: "your user id is not valid") }
        guard peer.sharesPIDNamespace else {
            return .none(reason: "you are in another pid namespace, where process ids mean other processes")
        }
        if peer.uid == 0 { return .all }
        if let group = privilegedGroup, peer.gid == group || peer.groups.contains(group) { return .all }
        return othersSeeTheirOwn
            ? .own(uid: peer.uid, gid: peer.gid, isConfined: !peer.isInInitialUserNamespace)
            : .none(reason: "only root and the privileged group are served on this host")
    }
}

extension AccessPolicy.Access {
    /// The name of the tier on the wire.
    package var tier: Hello.Access {
        switch self {
        case .all: .all
        case .own: .own
        case .none: .none
        }
    }

    /// Whether a process may be asked about: it is the client's through and through, dumpable, without privilege, and in
    /// no user namespace that could belong to somebody else.
    package func mayQuery(_ process: AccessPolicy.ProcessFacts) -> Bool {
        switch self {
        case .all: true
        case .none: false
        case .own(_, _, isConfined: true): false
        case .own(let uid, let gid, isConfined: false):
            process.uids.areAll(uid) && process.gids.areAll(gid) && process.fileOwner == uid
                && process.permittedCapabilities == 0 && process.isInInitialUserNamespace
        }
    }

    /// Whether the record that the kernel gave for a task is of the process that was looked at: of this client, and of
    /// the program that it ran.
    ///
    /// A process can run a set-id program and be back before it is looked at again; its name tells.
    package func agrees(with record: borrowing TaskRecord, of process: AccessPolicy.ProcessFacts) -> Bool {
        if case .all = self { return true }
        let command = record.command
        return covers(uid: record[.acUid]) && command == process.command
    }

    /// Whether the exit of a task is this client's to see; the process's part follows the task's, having no uid of its own.
    func seesExit(_ record: borrowing ExitRecord) -> Bool { covers(uid: record.task[.acUid]) }

    private func covers(uid: UInt64?) -> Bool {
        switch self {
        case .all: true
        case .none: false
        case .own(let own, _, _): uid == UInt64(own)
        }
    }

    /// Whether the group io of an exit record is withheld: of a task that used privilege, or whose process lives on.
    func redactsIO(_ record: borrowing ExitRecord) -> Bool {
        switch self {
        case .all: return false
        case .none, .own(_, _, isConfined: true): return true
        case .own(_, _, isConfined: false):
            guard let flags = record.task.flags else { return true }
            return flags.contains(.usedPrivilege) || !flags.contains(.lastOfProcess)
        }
    }
}

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
        /// Processes that are this user's and this group's.
        case own(uid: UInt32, gid: UInt32)
        /// Nothing, and why.
        case none(reason: String)
    }

    /// What is known of a process through its /proc directory.
    package struct ProcessFacts: Hashable, Sendable {
        /// The ids of the process: real, effective and saved.
        package struct IDs: Hashable, Sendable {
            /// Who started it.
            package var real: UInt32
            /// Whose rights it has.
            package var effective: UInt32
            /// Whose rights it can take up again.
            package var saved: UInt32

            /// These ids.
            package init(real: UInt32, effective: UInt32, saved: UInt32) {
                self.real = real
                self.effective = effective
                self.saved = saved
            }

            func areAll(_ id: UInt32) -> Bool { real == id && effective == id && saved == id }
        }

        /// User ids.
        package var uids: IDs
        /// Group ids.
        package var gids: IDs
        /// The owner of the files in /proc/PID: the effective uid of a dumpable process, else root.
        ///
        /// The directory itself always belongs to the effective uid and proves nothing.
        package var fileOwner: UInt32
        /// Permitted capabilities.
        package var permittedCapabilities: UInt64
        /// The thread group that it belongs to.
        package var tgid: UInt32

        /// These facts.
        package init(uids: IDs, gids: IDs, fileOwner: UInt32, permittedCapabilities: UInt64, tgid: UInt32) {
            self.uids = uids
            self.gids = gids
            self.fileOwner = fileOwner
            self.permittedCapabilities = permittedCapabilities
            self.tgid = tgid
        }
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
            ? .own(uid: peer.uid, gid: peer.gid)
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

    /// Whether a process may be asked about: it is the client's through and through, dumpable, and without privilege.
    package func mayQuery(_ process: AccessPolicy.ProcessFacts) -> Bool {
        switch self {
        case .all: true
        case .none: false
        case .own(let uid, let gid):
            process.uids.areAll(uid) && process.gids.areAll(gid) && process.fileOwner == uid
                && process.permittedCapabilities == 0
        }
    }

    /// Whether the record that the kernel gave for a task agrees with who it was taken for.
    package func agrees(with record: borrowing TaskRecord) -> Bool { covers(uid: record[.acUid]) }

    /// Whether the exit of a task is this client's to see; the process's part follows the task's, having no uid of its own.
    func seesExit(_ record: borrowing ExitRecord) -> Bool { covers(uid: record.task[.acUid]) }

    private func covers(uid: UInt64?) -> Bool {
        switch self {
        case .all: true
        case .none: false
        case .own(let own, _): uid == UInt64(own)
        }
    }

    /// The groups withheld of an exit record: I/O counters of a task that used privilege, or whose process lives on.
    func redactsIO(_ record: borrowing ExitRecord) -> Bool {
        if case .all = self { return false }
        guard let flags = record.task.flags else { return true }
        return flags.contains(.usedPrivilege) || !flags.contains(.lastOfProcess)
    }
}

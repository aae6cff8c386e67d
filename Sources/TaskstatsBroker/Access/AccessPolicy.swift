import TaskstatsModel
import TaskstatsProtocol

/// Decides which data a client may see: never more than the kernel would show it at that moment, unless an
/// administrator granted it.
///
/// All decisions are here, without side effects. Callers must gather the facts from the kernel, never from a client's
/// message.
package struct AccessPolicy: Sendable {
    /// The access of a client, decided at connect for the life of the connection.
    package enum Access: Hashable, Sendable {
        /// Everything.
        case all
        /// The processes of this user and group. A client confined to a user namespace sees how they ended, without
        /// their I/O counters, and no running process.
        case own(uid: UInt32, gid: UInt32, isConfined: Bool = false)
        /// Nothing, for this reason.
        case none(reason: String)
    }

    /// The group whose members see everything; nil when the host has no such group.
    package var privilegedGroup: UInt32?
    /// Whether all other users see their own processes, or nothing.
    package var othersSeeTheirOwn: Bool
    /// Whether exit records show their owner the I/O counters of tasks without a sign of another identity.
    ///
    /// The absence of a sign proves nothing: a set-id program that reads a file as the file's owner uses no privilege,
    /// and its counters reveal the file's length to its user (CVE-2011-2494). So this is an administrator's decision.
    package var othersSeeTheirIO: Bool

    /// Creates a policy.
    package init(privilegedGroup: UInt32? = nil, othersSeeTheirOwn: Bool = true, othersSeeTheirIO: Bool = false) {
        self.privilegedGroup = privilegedGroup
        self.othersSeeTheirOwn = othersSeeTheirOwn
        self.othersSeeTheirIO = othersSeeTheirIO
    }

    /// Returns whether a caller sees everything, unless its namespaces forbid it.
    func grantsAll(to caller: Caller) -> Bool { caller.uid == 0 || isMember(caller) }

    private func isMember(_ caller: Caller) -> Bool {
        privilegedGroup.map { caller.gid == $0 || caller.groups.contains($0) } ?? false
    }

    /// Returns the access of a client.
    ///
    /// The kernel lets root see everything because of its capabilities, which count in the user namespace of their
    /// process: uid 0 in any namespace but the initial one, mapped or not, is an ordinary user. Group membership is not
    /// a capability. It is granted by the administrator, and valid in any user namespace, like access to a file of that
    /// group.
    package func access(of peer: PeerIdentity) -> Access {
        let invalidID = UInt32.max
        guard peer.uid != invalidID, peer.gid != invalidID else { return .none(reason: "your user id is invalid") }
        guard peer.sharesPIDNamespace else {
            return .none(reason: "you are in another pid namespace, where pids refer to other processes")
        }
        if peer.uid == 0, peer.isInInitialUserNamespace { return .all }
        if isMember(peer.caller) { return .all }
        return othersSeeTheirOwn
            ? .own(uid: peer.uid, gid: peer.gid, isConfined: !peer.isInInitialUserNamespace)
            : .none(reason: "only root and the privileged group are served on this host")
    }

    /// Returns whether the field group io of an exit record is withheld.
    func redactsIO(_ record: borrowing ExitRecord, for access: Access) -> Bool {
        switch access {
        case .all: return false
        case .none, .own(_, _, isConfined: true): return true
        case .own(_, _, isConfined: false):
            guard othersSeeTheirIO, let flags = record.task.flags else { return true }
            return flags.contains(.usedPrivilege) || !flags.contains(.lastOfProcess)
        }
    }
}

extension AccessPolicy.Access {
    /// The access as named in the protocol.
    package var tier: AccessTier {
        switch self {
        case .all: .all
        case .own: .own
        case .none: .none
        }
    }

    /// Returns whether a process can be queried: all its ids are the client's, it is dumpable, without privileges, and
    /// in no user namespace that could belong to another user.
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

    /// Returns whether a record from the kernel belongs to the inspected process: to this client, and to the program
    /// that the process ran.
    ///
    /// A process can run a set-id program and change back before it is inspected again, but its name shows that.
    package func agrees(with record: borrowing TaskRecord, of process: AccessPolicy.ProcessFacts) -> Bool {
        if case .all = self { return true }
        let command = record.command
        return covers(uid: record[.acUid]) && command == process.command
    }

    /// Returns the part of an origin that this client may see with its own task: not the command line of a program that
    /// another user executed, and parents only as far as they are its own.
    func visible(_ origin: ProcessOrigin?) -> ProcessOrigin? {
        guard let origin else { return nil }
        switch self {
        case .all: return origin
        case .none, .own(_, _, isConfined: true): return nil
        case .own(let uid, _, isConfined: false): return origin.part(visibleTo: uid)
        }
    }

    /// Returns whether this client may see the start of a program, which can be of its own without a known command line.
    func seesStart(_ start: borrowing ProcessStart) -> Bool {
        switch self {
        case .all: true
        case .none, .own(_, _, isConfined: true): false
        case .own(let uid, _, isConfined: false): (start.origin.commandUID ?? start.uid) == uid
        }
    }

    /// Returns whether this client may see the exit of a task; the process part follows the task's, as it has no uid.
    func seesExit(_ record: borrowing ExitRecord) -> Bool { covers(uid: record.task[.acUid]) }

    private func covers(uid: UInt64?) -> Bool {
        switch self {
        case .all: true
        case .none: false
        case .own(let own, _, _): uid == UInt64(own)
        }
    }
}

extension ProcessOrigin {
    fileprivate func part(visibleTo uid: UInt32) -> ProcessOrigin {
        let showsCommand = commandUID == uid
        var sources = sources
        if !showsCommand { sources.command = nil }
        return ProcessOrigin(
            commandLine: showsCommand ? commandLine : nil, executable: showsCommand ? executable : nil, cgroup: cgroup,
            parents: parents.map { Array($0.prefix { $0.uid == uid }) }, startedNanoseconds: startedNanoseconds,
            session: session, sources: sources, commandUID: commandUID)
    }
}

/// The peer of a connection, with the ids that are cheap to read from the socket.
package struct Caller: Hashable, Sendable {
    /// The effective user id.
    package var uid: UInt32
    /// The effective group id.
    package var gid: UInt32
    /// The supplementary groups, without the effective one.
    package var groups: Set<UInt32>

    /// Creates a caller.
    package init(uid: UInt32, gid: UInt32, groups: Set<UInt32>) {
        self.uid = uid
        self.gid = gid
        self.groups = groups
    }
}

/// The peer of a connection, as reported by the kernel at connect.
package struct PeerIdentity: Hashable, Sendable {
    /// The ids of the peer.
    package var caller: Caller
    /// Whether the peer's pids mean the same as the daemon's; false if unknown.
    package var sharesPIDNamespace: Bool
    /// Whether the peer is in the initial user namespace; false if unknown.
    ///
    /// Its ids mean the same in any namespace, because the kernel translates them. But from another namespace the
    /// kernel shows no process outside of it, not even of the same user.
    package var isInInitialUserNamespace: Bool
    /// The user charged for its use: the owner of its user namespace if known, or its own uid.
    package var quotaUID: UInt32

    /// Creates an identity.
    package init(
        _ caller: Caller, sharesPIDNamespace: Bool, isInInitialUserNamespace: Bool = true, quotaUID: UInt32? = nil
    ) {
        self.caller = caller
        self.sharesPIDNamespace = sharesPIDNamespace
        self.isInInitialUserNamespace = isInInitialUserNamespace
        self.quotaUID = quotaUID ?? caller.uid
    }

    /// The effective user id.
    package var uid: UInt32 { caller.uid }
    /// The effective group id.
    package var gid: UInt32 { caller.gid }
}

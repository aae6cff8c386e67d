/// Who is at the other end of a connection, as the kernel vouched for it at connect.
package struct PeerIdentity: Hashable, Sendable {
    /// The effective user id.
    package var uid: UInt32
    /// The effective group id.
    package var gid: UInt32
    /// The supplementary groups, without the effective one.
    package var groups: Set<UInt32>
    /// Whether the peer's pid numbers mean the same as ours; false also when that cannot be told.
    package var sharesPIDNamespace: Bool
    /// Whether the peer is in the initial user namespace; false also when that cannot be told.
    ///
    /// Its ids mean the same in any, as the kernel translates them; but from another one the kernel shows no process that is
    /// outside of it, not even one of the same user.
    package var isInInitialUserNamespace: Bool

    /// An identity.
    package init(
        uid: UInt32, gid: UInt32, groups: Set<UInt32>, sharesPIDNamespace: Bool, isInInitialUserNamespace: Bool = true
    ) {
        self.uid = uid
        self.gid = gid
        self.groups = groups
        self.sharesPIDNamespace = sharesPIDNamespace
        self.isInInitialUserNamespace = isInInitialUserNamespace
    }
}

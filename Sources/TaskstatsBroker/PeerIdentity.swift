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

    /// An identity.
    package init(uid: UInt32, gid: UInt32, groups: Set<UInt32>, sharesPIDNamespace: Bool) {
        self.uid = uid
        self.gid = gid
        self.groups = groups
        self.sharesPIDNamespace = sharesPIDNamespace
    }
}

/// The processes that a client can see.
@nonexhaustive
public enum AccessTier: String, Hashable, Sendable, CaseIterable {
    /// Every process: root, and members of the privileged group.
    case all
    /// The processes of the client's own user.
    case own
    /// No process: the daemon does not serve the client.
    case none
}

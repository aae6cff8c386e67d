/// The callers: the personas of personas.py, and the daemon's view of each.
struct Persona: Hashable {
    let name: String
    /// The expected access.
    let tier: String
    /// The user whose exit records it receives with access own.
    let user: Target.User

    private init(_ name: String, _ tier: String, _ user: Target.User) {
        self.name = name
        self.tier = tier
        self.user = user
    }

    static let ownersInTheirGroup = [
        Persona("owner", "own", .owner), Persona("owner in root's group", "own", .owner), ownerWithCapability,
    ]
    static let owners = ownersInTheirGroup + [Persona("owner in another group", "own", .owner)]
    static let ownerWithCapability = Persona("owner with CAP_SYS_PTRACE", "own", .owner)
    /// Confined to their own user namespace, where no capability counts for the rest of the system.
    static let confined = [
        Persona("owner in a user namespace", "own", .owner),
        Persona("owner as root of a user namespace", "own", .owner),
        Persona("root in an unmapped user namespace", "own", .root),
        Persona("root as root of a user namespace", "own", .root),
    ]
    static let others = [
        Persona("other user", "own", .other), Persona("other user in the owner's group", "own", .other),
    ]
    static let entries = [Persona("member", "all", .other), Persona("member by primary group", "all", .other)]
    static let bareRoot = Persona("root without capabilities", "all", .root)
    static let root = Persona("root", "all", .root)
    /// In their own pid namespace.
    static let contained = [
        Persona("root in a pid namespace", "none", .root), Persona("member in a pid namespace", "none", .other),
        Persona("owner in a pid namespace", "none", .owner),
    ]
    static let all = [root, bareRoot] + entries + owners + others + confined + contained
}

/// The targets of targets.py, and the expected delivery of their exits.
struct Target: Hashable {
    enum User {
        case owner
        case other
        case root
    }

    /// How the exit record reaches the user with its real uid.
    enum Exit {
        case whole
        case withoutIO
        /// It does not end, or ended before a client watched.
        case none
    }

    let name: String
    let user: User
    let exit: Exit

    private init(_ name: String, _ user: User = .owner, exit: Exit = .whole) {
        self.name = name
        self.user = user
        self.exit = exit
    }

    static let thread = Target("a thread of it", exit: .withoutIO)
    static let itself = Target("the client itself", exit: .none)
    /// The capability to map ids is a privilege too, even within a user namespace.
    static let namespaced = [
        Target("in its own user namespace", exit: .withoutIO),
        Target("root of its own user namespace", exit: .withoutIO),
    ]
    /// They can restore dropped ids, which only their saved ids show.
    static let backAndDumpable = [
        Target("set-uid another user, back for now and dumpable"), Target("set-gid, back for now and dumpable"),
    ]
    static let inAnotherGroup = Target("in another of its groups")
    static let ambient = Target("ambient capability", exit: .withoutIO)
    static let inRootsNamespace = Target("in root's user namespace")
    static let all =
        [
            Target("plain"), Target("of a strange name"), thread, Target("its leader has ended", exit: .withoutIO),
            Target("zombie"), inAnotherGroup, Target("set-uid root"), Target("set-uid root, back for now"),
            Target("set-uid another user"), Target("set-gid"), Target("set-gid, back for now"),
            Target("not dumpable"), Target("of an unreadable file"), Target("file capability"), ambient,
        ] + backAndDumpable + namespaced + [
            inRootsNamespace, Target("in a pid namespace"),
            Target("another's with a number that was the owner's", .other, exit: .withoutIO),
            Target("other user's", .other), Target("other user's in the owner's group", .other),
            Target("root's", .root), Target("kernel thread", .root, exit: .none), Target("gone", exit: .none), itself,
        ]
}

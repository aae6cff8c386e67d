/// Where the daemon's answer differs from the kernel's for /proc/PID/io, and why; everywhere else they agree.
struct Difference {
    enum Method: CaseIterable {
        case pid
        case tgid
    }

    let personas: [Persona]
    let targets: [Target]
    let methods: [Method]
    let answer: String
    let why: String

    private init(
        _ personas: [Persona], on targets: [Target] = Target.all, by methods: [Method] = Method.allCases,
        _ answer: String, _ why: String
    ) {
        self.personas = personas
        self.targets = targets
        self.methods = methods
        self.answer = answer
        self.why = why
    }

    func covers(_ persona: Persona, _ target: Target, _ method: Method) -> Bool {
        personas.contains(persona) && targets.contains(target) && methods.contains(method)
    }

    static let all = [
        Difference(
            Persona.contained, "refused",
            "In another pid namespace the pids refer to other processes, and root looks like the host's."),
        Difference(
            [Persona.bareRoot], on: living, "yes",
            "Uid 0 is root: it owns the files of the kernel's other interfaces, with or without capabilities."),
        Difference(Persona.entries, on: living, "yes", "The administrator grants everything to members of the group."),
        Difference(
            Persona.ownersInTheirGroup, on: [.thread], by: [.tgid], "no",
            "The kernel answers for the process of any thread, but identifies only its leader."),
        Difference(
            Persona.owners, on: Target.namespaced, "no",
            "The creator of a user namespace, who may inspect it, is unknown without a dropped privilege."),
        Difference(
            [Persona.ownerWithCapability], on: [.inAnotherGroup, .ambient, .inRootsNamespace] + Target.backAndDumpable,
            "no",
            "Capabilities of a client do not count: they do not identify it."),
        Difference(
            [Persona.ownerWithCapability], on: [.itself], "no",
            "No ordinary user may query a process with capabilities; it has getrusage and its own /proc."),
        Difference(
            Persona.confined, on: [.itself], "no",
            "Whether two processes share a user namespace is unknown, so from within one none is seen."),
    ]

    private static let living = Target.all.filter { $0.name != "gone" }
}

/// Where the daemon answers otherwise than the kernel does for /proc/PID/io, and why; everywhere else they agree.
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
            "In another pid namespace the numbers mean other processes, and root looks like the host's."),
        Difference(
            [Persona.bareRoot], on: living, "yes",
            "Root is who has uid 0: it owns the files of the kernel's other interfaces, with capabilities or without."),
        Difference(Persona.members, on: living, "yes", "The administrator grants everything to members of the group."),
        Difference(
            Persona.ownersInTheirGroup, on: [.thread], by: [.tgid], "no",
            "The kernel answers for the process of any thread, but only of its leader is it known who it is."),
        Difference(
            Persona.owners, on: Target.namespaced, "no",
            "Who made a user namespace, and so who may look into it, cannot be told without a right that was given up."),
        Difference(
            [Persona.ownerWithCapability], on: [.inAnotherGroup, .ambient, .inRootsNamespace] + Target.backAndDumpable,
            "no",
            "Capabilities of a client count for nothing: they say nothing of who it is."),
        Difference(
            [Persona.ownerWithCapability], on: [.itself], "no",
            "A process with capabilities is nobody's to look at; it has getrusage and its own /proc."),
        Difference(
            Persona.confined, on: [.itself], "no",
            "That two processes are in the same user namespace cannot be told, so from within one none is seen."),
    ]

    private static let living = Target.all.filter { $0.name != "gone" }
}

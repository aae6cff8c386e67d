/// Whether this process is in the namespaces of the host: elsewhere ids mean something else, and no daemon can work.
struct NamespaceCheck: Check {
    enum Kind: String, CaseIterable { case pid, user, net }

    let kind: Kind
    /// The namespace of this process, as /proc/self/ns shows it: "pid:[4026531836]"; nil when it cannot be read.
    let own: String?
    /// That of process 1, which few may read.
    let firsts: String?

    var finding: Finding {
        let name = "\(kind.rawValue) namespace"
        guard let own else { return .unknown(name, "cannot read /proc/self/ns/\(kind.rawValue)") }
        guard let isInitial = isInitial(own) else {
            return .unknown(name, "cannot tell whether \(own) is the initial one; only a daemon needs that")
        }
        if isInitial { return .ok(name, "the initial one") }
        let mend = "run it on the host, outside of containers"
        switch kind {
        case .pid:
            return .failed(name, "\(own) is not the initial one: ids mean other processes here", mend: mend)
        case .user:
            return .warning(name, "\(own) is not the initial one: no daemon can be started here", mend: mend)
        case .net:
            return .warning(name, "\(own) is not the initial one: a daemon here would receive nothing", mend: mend)
        }
    }

    /// Whether it is known by its number: those of the initial pid and user namespaces are part of the kernel's interface,
    /// that of the net namespace on newer kernels, and on older ones nobody has it.
    private func isInitial(_ own: String) -> Bool? {
        let initial: [Kind: String] = [
            .pid: "pid:[4026531836]", .user: "user:[4026531837]", .net: "net:[4026531833]",
        ]
        if own == initial[kind] { return true }
        return kind == .net ? firsts.map { $0 == own } : false
    }
}

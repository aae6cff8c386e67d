/// A check that this process is in the host's namespaces: elsewhere ids mean something else, and no daemon can
/// work.
struct NamespaceCheck: Check {
    enum Kind: String, CaseIterable { case pid, user, net }

    let kind: Kind
    /// The namespace of this process, as in /proc/self/ns: "pid:[4026531836]"; nil if it cannot be read.
    let own: String?
    /// The namespace of process 1, which few processes may read.
    let ofProcess1: String?

    var finding: Finding {
        let name = "\(kind.rawValue) namespace"
        guard let own else { return .unknown(name, "cannot read /proc/self/ns/\(kind.rawValue)") }
        guard let isInitial = isInitial(own) else {
            return .unknown(name, "cannot determine whether \(own) is the initial one; only a daemon needs it")
        }
        if isInitial { return .ok(name, "the initial one") }
        let fix = "run it on the host, outside containers"
        switch kind {
        case .pid:
            return .failed(name, "\(own) is not the initial one: ids refer to other processes here", fix: fix)
        case .user:
            return .warning(name, "\(own) is not the initial one: no daemon can be started here", fix: fix)
        case .net:
            return .warning(name, "\(own) is not the initial one: a daemon here would receive nothing", fix: fix)
        }
    }

    /// Returns whether the namespace is the initial one; nil if that is unknown.
    ///
    /// The numbers of the initial pid and user namespaces are part of the kernel's interface. On newer kernels the
    /// number of the initial net namespace is, too; on older kernels no namespace has that number.
    private func isInitial(_ own: String) -> Bool? {
        let initial: [Kind: String] = [
            .pid: "pid:[4026531836]", .user: "user:[4026531837]", .net: "net:[4026531833]",
        ]
        if own == initial[kind] { return true }
        return kind == .net ? ofProcess1.map { $0 == own } : false
    }
}

import Glibc
import LinuxSystem

/// Why the daemon cannot do its work here, found before it says that it can.
enum StartupFailure: Error, CustomStringConvertible {
    case missingCapability
    case foreignNamespace(kind: String)
    case noTaskstats(String)
    case canary(cpu: Int, String)
    case noSuchUser(String)
    case privilege(SystemError)
    case peersUnknown

    var description: String {
        switch self {
        case .missingCapability:
            "the capability CAP_NET_ADMIN is missing: start taskstatsd as root or with AmbientCapabilities=CAP_NET_ADMIN"
        case .foreignNamespace(let kind):
            "this is not the initial \(kind) namespace, and the kernel reports exits only to the initial one: "
                + "start taskstatsd on the host, outside of containers"
        case .noTaskstats(let error):
            "the kernel offers no taskstats (\(error)): it needs CONFIG_TASKSTATS=y"
        case .canary(let cpu, let problem):
            "the exit record of a child that ended on CPU \(cpu) did not arrive (\(problem)): this is probably not the "
                + "initial net namespace; start taskstatsd on the host, outside of containers"
        case .noSuchUser(let name):
            "there is no user \(name)"
        case .privilege(let error):
            "cannot give up all power but CAP_NET_ADMIN: \(error); only root can change to another user"
        case .peersUnknown:
            "cannot tell who connects: /proc/self/fdinfo shows nothing of pidfds here, so every client would be refused"
        }
    }
}

/// Checks of the process itself: its capability, its namespaces, and whether it can tell who connects.
enum StartupChecks {
    static func run() throws(StartupFailure) {
        try checkNamespaces()
        try checkCapability()
    }

    /// Refuses any namespace but the initial ones.
    ///
    /// The numbers of the initial pid and user namespaces are part of the kernel's interface. That of the net namespace
    /// is not on older kernels, so it is compared with init's where that may be read; the canary decides in any case.
    private static func checkNamespaces() throws(StartupFailure) {
        let initial = ["pid": "pid:[4026531836]", "user": "user:[4026531837]"]
        for kind in ["user", "pid"] {
            guard let ours = link("/proc/self/ns/\(kind)") else { continue }
            if ours != initial[kind] { throw .foreignNamespace(kind: kind) }
        }
        if let ours = link("/proc/self/ns/net"), let inits = link("/proc/1/ns/net"), ours != inits {
            throw .foreignNamespace(kind: "net")
        }
    }

    private static func checkCapability() throws(StartupFailure) {
        do throws(SystemError) {
            if try Privilege.has(Privilege.Capability.netAdmin) { return }
        } catch {
            throw .privilege(error)
        }
        throw .missingCapability
    }

    /// Refuses to serve where no client could be told from one in a container: a daemon that is not dumpable and not root
    /// may read less of itself on older kernels.
    static func checkPeersAreKnown() throws {
        var ends: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard unsafe socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw SystemError.last("socketpair") }
        let ours = try Descriptor(ends[0], of: "socketpair")
        let theirs = try Descriptor(ends[1], of: "socketpair")
        guard try PeerCredentials.read(ours).sharesPIDNamespace else { throw StartupFailure.peersUnknown }
        _ = consume theirs
    }

    private static func link(_ path: String) -> String? {
        unsafe withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { buffer in
            guard let target = unsafe buffer.bindMemory(to: CChar.self).baseAddress else { return nil }
            let count = unsafe readlink(path, target, buffer.count)
            return count > 0 ? unsafe String(decoding: buffer.prefix(count), as: UTF8.self) : nil
        }
    }
}

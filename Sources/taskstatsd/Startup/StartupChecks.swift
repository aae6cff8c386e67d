import Glibc
import LinuxSystem

/// The reason why the daemon cannot work here, found before it reports readiness.
enum StartupFailure: Error, CustomStringConvertible {
    case missingCapability
    case foreignNamespace(kind: String)
    case noTaskstats(String)
    case noHistory(String)
    case canary(cpu: Int, String)
    case noSuchUser(String)
    case noSuchGroup(String)
    case privilege(SystemError)
    case peersUnknown
    case unknownCPUs(path: String)
    case noCPUSwept
    case storedSocket(cpu: Int, String)
    case realTime(SystemError)

    var description: String {
        switch self {
        case .missingCapability:
            "missing capability CAP_NET_ADMIN: start taskstatsd as root or with AmbientCapabilities=CAP_NET_ADMIN"
        case .foreignNamespace(let kind):
            "not in the initial \(kind) namespace, to which the kernel reports exits: "
                + "start taskstatsd on the host, outside of containers"
        case .noHistory(let error):
            "cannot register all CPUs for the history: \(error) (--history 0 does without it)"
        case .noTaskstats(let error):
            "the kernel does not provide taskstats (\(error)): it needs CONFIG_TASKSTATS=y"
        case .canary(let cpu, let problem):
            "no exit record arrived for a child that ended on CPU \(cpu) (\(problem)): this is probably not the "
                + "initial net namespace; start taskstatsd on the host, outside of containers"
        case .noSuchUser(let name):
            "no such user: \(name)"
        case .noSuchGroup(let name):
            "no such group: \(name) (create it, or choose another group with --group)"
        case .privilege(let error):
            "cannot drop privileges: \(error) (only root can switch to another user)"
        case .peersUnknown:
            "cannot identify clients, so all would be refused: /proc/self/fdinfo has no pidfd information here"
        case .unknownCPUs(let path):
            "cannot read the list of CPUs in \(path): mount sysfs on /sys"
        case .noCPUSwept:
            "cannot run a child on any CPU, so registrations of a previous instance may remain: let taskstatsd run "
                + "on at least one CPU (see the warnings above)"
        case .storedSocket(let cpu, let problem):
            "cannot deregister the stored socket of CPU \(cpu): \(problem)"
        case .realTime(let error):
            "--origin-priority refused: \(error) (start taskstatsd as root, or raise the limit with LimitRTPRIO=1)"
        }
    }
}

/// Startup checks of the process itself: its capability, its namespaces, and whether it can identify clients.
enum StartupChecks {
    static func run() throws(StartupFailure) {
        try checkNamespaces()
        try checkCapability()
    }

    /// Rejects all namespaces but the initial ones.
    ///
    /// The inode numbers of the initial pid and user namespaces are part of the kernel's interface. That of the net
    /// namespace is not on older kernels, so it is compared with init's where it is readable; the canary decides in any
    /// case.
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

    /// Throws if clients on the host cannot be distinguished from clients in containers: on older kernels, a daemon
    /// that is neither dumpable nor root may be unable to read its own fdinfo.
    static func checkPeersAreKnown() throws {
        var ends: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard unsafe socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw SystemError.last("socketpair") }
        let ours = try Descriptor(ends[0], of: "socketpair")
        let theirs = try Descriptor(ends[1], of: "socketpair")
        let caller = try PeerCredentials.caller(ours)
        guard try PeerCredentials.identify(caller, ours, SubordinateIDs()).sharesPIDNamespace else {
            throw StartupFailure.peersUnknown
        }
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

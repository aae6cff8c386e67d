import Glibc
import LinuxSystem

/// Why the daemon cannot do its work here, found before it says that it can.
enum StartupFailure: Error, CustomStringConvertible {
    case missingCapability
    case foreignNamespace(kind: String)
    case noTaskstats(String)
    case canary(cpu: Int, String)

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
        }
    }
}

/// Checks of the process itself: its capability and its namespaces.
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
        let netAdmin: UInt64 = 1 << 12
        guard let status = try? Descriptor.open("/proc/self/status").readText(),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("CapEff:") }),
            let effective = line.split(whereSeparator: { $0 == "\t" || $0 == " " }).last.flatMap({
                UInt64($0, radix: 16)
            })
        else { return }
        if effective & netAdmin == 0 { throw .missingCapability }
    }

    private static func link(_ path: String) -> String? {
        unsafe withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { buffer in
            guard let target = unsafe buffer.bindMemory(to: CChar.self).baseAddress else { return nil }
            let count = unsafe readlink(path, target, buffer.count)
            return count > 0 ? unsafe String(decoding: buffer.prefix(count), as: UTF8.self) : nil
        }
    }
}

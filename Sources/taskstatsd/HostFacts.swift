import Glibc
import LinuxSystem
import TaskstatsBroker
import TaskstatsModel

/// What the host says about itself in /proc and /sys.
enum HostFacts {
    /// The release of the kernel: "6.18.44".
    static func kernelRelease() -> String {
        text("/proc/sys/kernel/osrelease") ?? "unknown"
    }

    /// The CPUs that the machine can have.
    static func possibleCPUs() -> CPUSet { possible }

    /// Read once: it does not change, and a later look could fail.
    private static let possible = cpus("/sys/devices/system/cpu/possible") ?? CPUSet([0])

    /// The CPUs that are online.
    static func onlineCPUs() -> CPUSet {
        cpus("/sys/devices/system/cpu/online") ?? possibleCPUs()
    }

    /// What can change while the daemon runs.
    static func state() -> HostState {
        HostState(onlineCPUs: onlineCPUs().description, delayAccounting: delayAccounting())
    }

    /// Whether kernel.task_delayacct is on; nil on kernels without that switch.
    static func delayAccounting() -> Bool? {
        text("/proc/sys/kernel/task_delayacct").map { $0 != "0" }
    }

    /// The CPUs that a file lists; nil when it cannot be read, which is also when it lists none.
    private static func cpus(_ path: String) -> CPUSet? {
        guard let cpus = text(path).flatMap({ try? CPUSet(kernelList: $0) }), !cpus.isEmpty else { return nil }
        return cpus
    }

    private static func text(_ path: String) -> String? {
        guard let text = try? Descriptor.open(path).readText() else { return nil }
        return String(text.prefix { $0 != "\n" })
    }
}

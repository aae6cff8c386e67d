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
    static func possibleCPUs() -> CPUSet {
        cpus("/sys/devices/system/cpu/possible") ?? CPUSet([0])
    }

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

    private static func cpus(_ path: String) -> CPUSet? {
        text(path).flatMap { try? CPUSet(kernelList: $0) }
    }

    private static func text(_ path: String) -> String? {
        guard let text = try? Descriptor.open(path).readText() else { return nil }
        return String(text.prefix { $0 != "\n" })
    }
}

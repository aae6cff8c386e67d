import Glibc
import LinuxSystem
import TaskstatsBroker
import TaskstatsModel

/// Properties of the host, read from /proc and /sys.
enum HostFacts {
    /// Returns the kernel release: "6.18.44".
    static func kernelRelease() -> String {
        text("/proc/sys/kernel/osrelease") ?? "unknown"
    }

    /// Returns the period of the scheduler's tick; nil when the kernel does not report it.
    ///
    /// It is the resolution of the coarse clocks, which advance at ticks, so no kernel configuration is needed.
    static func tick() -> Duration? {
        var resolution = timespec()
        guard unsafe clock_getres(CLOCK_MONOTONIC_COARSE, &resolution) == 0, resolution.tv_nsec > 0 else { return nil }
        return .nanoseconds(resolution.tv_nsec)
    }

    /// Returns the possible CPUs of the machine; empty when the kernel's list cannot be read.
    static func possibleCPUs() -> CPUSet { possible }

    /// Throws when the possible CPUs are unknown, because any guess would leave some of them unswept.
    static func checkCPUsAreKnown() throws(StartupFailure) {
        if possible.isEmpty { throw .unknownCPUs(path: possiblePath) }
    }

    private static let possiblePath = "/sys/devices/system/cpu/possible"

    /// Read only once, because it does not change and a later attempt could fail.
    private static let possible = cpus(possiblePath) ?? CPUSet()

    /// Returns the online CPUs.
    static func onlineCPUs() -> CPUSet {
        cpus("/sys/devices/system/cpu/online") ?? possibleCPUs()
    }

    /// Returns the properties that can change while the daemon runs.
    static func state() -> HostState {
        HostState(onlineCPUs: onlineCPUs(), delayAccounting: delayAccounting())
    }

    /// Returns whether kernel.task_delayacct is on; nil on kernels without that switch.
    static func delayAccounting() -> Bool? {
        text("/proc/sys/kernel/task_delayacct").map { $0 != "0" }
    }

    /// Returns the CPUs listed in a file; nil when it cannot be read or lists none.
    private static func cpus(_ path: String) -> CPUSet? {
        guard let cpus = text(path).flatMap({ try? CPUSet(kernelList: $0) }), !cpus.isEmpty else { return nil }
        return cpus
    }

    private static func text(_ path: String) -> String? {
        guard let text = try? Descriptor.open(path).readText() else { return nil }
        return String(text.prefix { $0 != "\n" })
    }
}

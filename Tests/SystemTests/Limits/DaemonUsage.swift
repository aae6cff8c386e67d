import Glibc
import Taskstats
import Testing

/// The daemon's use of the machine, as reported by the kernel.
extension RunningDaemon {
    /// Resident memory in bytes.
    var residentBytes: Int {
        get throws {
            let status = try Host.text("/proc/\(pid)/status").split(separator: "\n")
            let line = try #require(status.first { $0.hasPrefix("VmRSS:") })
            return try #require(Int(line.split(separator: " ")[1])) << 10
        }
    }

    /// The CPU time used.
    var cpuTime: Duration {
        get throws {
            // The second field is a name, and may contain spaces.
            let fields = try #require(Host.text("/proc/\(pid)/stat").split(separator: ")").last).split(separator: " ")
            let ticks = try #require(Int(fields[11])) + #require(Int(fields[12]))
            return .seconds(ticks) / sysconf(Int32(_SC_CLK_TCK))
        }
    }

    /// Returns the share of one CPU that it uses in this time.
    func cpuShare(over duration: Duration) throws -> Double {
        let clock = ContinuousClock()
        let (begun, before) = (clock.now, try cpuTime)
        try #require(usleep(UInt32(duration / .microseconds(1))) == 0)
        return try (cpuTime - before) / (clock.now - begun)
    }

    /// The number of open descriptors.
    var openDescriptors: Int {
        get throws { try Host.run(["ls", "/proc/\(pid)/fd"]).output.split(separator: "\n").count }
    }

    /// Waits until its counters satisfy the test, at most for this time.
    func wait(_ limit: Duration, until isReached: (DaemonStatus.Daemon) throws -> Bool) throws -> Bool {
        let end = ContinuousClock.now + limit
        let connection = try connect()
        while ContinuousClock.now < end {
            if let status = try connection.status().daemon, try isReached(status) { return true }
        }
        return false
    }
}

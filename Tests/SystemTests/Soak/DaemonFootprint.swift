import Testing

/// What a daemon without clients holds.
struct DaemonFootprint: CustomStringConvertible {
    let residentBytes: Int
    let descriptors: Int

    /// Looks at a daemon that nobody is connected to.
    init(of daemon: RunningDaemon) throws {
        let status = try Host.text("/proc/\(daemon.pid)/status").split(separator: "\n")
        let resident = status.first { $0.hasPrefix("VmRSS:") }?.split(whereSeparator: \.isWhitespace).dropFirst().first
        residentBytes = try #require(resident.flatMap { Int($0) }) << 10
        descriptors = try Host.run(["ls", "/proc/\(daemon.pid)/fd"]).output.split(separator: "\n").count
    }

    var description: String { "\(residentBytes >> 10) KiB resident, \(descriptors) descriptors" }
}

import Taskstats

/// A check of this user's limits, and that the daemon can open enough files for its clients.
struct LimitCheck: Check {
    let server: ServerInfo?
    /// The number of files that the daemon may open; nil if it is unknown.
    let openFiles: Int?

    /// The default limit of clients, and the number of files that the daemon needs besides.
    private static let (clients, own) = (1_024, 32)

    var finding: Finding {
        guard let server else { return .unknown(Self.name, "no daemon answers") }
        var limits = ["\(DecimalText.bytes(UInt64(max(0, server.limits.queueBytes)))) queued per client"]
        limits.append("\(server.limits.connectionsPerUID) connections")
        if let rate = server.limits.requestsPerSecond { limits.append("\(rate) requests/s") }
        let needed = Self.clients + Self.own + server.possibleCPUs.count
        if let openFiles, openFiles < needed {
            return .warning(
                Self.name,
                "the daemon may open \(openFiles) files; \(Self.clients) clients on this machine need \(needed)",
                fix: "sudo systemctl edit taskstatsd, and add: LimitNOFILE=8192")
        }
        if let openFiles { limits.append("\(openFiles) open files") }
        return .ok(Self.name, "at most " + limits.joined(separator: ", "))
    }

    private static let name = "limits"

    /// Parses /proc/PID/limits.
    static func openFiles(in limits: String) -> Int? {
        let title = "Max open files"
        guard let line = limits.split(separator: "\n").first(where: { $0.hasPrefix(title) }) else { return nil }
        return line.dropFirst(title.count).split(separator: " ").first.flatMap { Int($0) }
    }
}

/// A check of the size of the daemon's receive buffers.
struct BufferCheck: Check {
    /// The counters while this process was subscribed; nil if no daemon answered.
    let status: DaemonStatus?
    /// The kernel's limit for unprivileged programs, in bytes.
    let systemLimit: UInt64?

    var finding: Finding {
        guard let status else { return .unknown(Self.name, "no daemon answers") }
        guard let daemon = status.daemon else {
            return .unknown(Self.name, "only users who see every process see the counters")
        }
        let sizes = daemon.cpus.map(\.receiveBufferBytes).filter { $0 > 0 }
        guard let smallest = sizes.min(), let largest = sizes.max() else {
            return .unknown(Self.name, "no CPU is registered")
        }
        let size = smallest == largest ? bytes(smallest) : "\(bytes(smallest)) to \(bytes(largest))"
        let lost = daemon.cpus.reduce(0) { $0 &+ $1.lost }
        let received = daemon.cpus.reduce(0) { $0 &+ $1.received }
        let limit = systemLimit.map { "net.core.rmem_max (\(DecimalText.bytes($0))) does not limit it; " } ?? ""
        let text = "\(size) for each CPU; \(limit)none of \(received) records lost"
        guard lost > 0 else { return .ok(Self.name, text) }
        let losing = daemon.cpus.filter { $0.lost > 0 }.map { "\($0.cpu)" }.joined(separator: ",")
        return .warning(
            Self.name, "\(size) for each CPU; \(lost) of \(lost &+ received) records lost, on CPU \(losing)",
            fix: "sudo taskstatsd --receive-buffer \(largest * 2) --receive-buffer-max \(largest * 8)")
    }

    private static let name = "receive buffers"

    private func bytes(_ count: Int) -> String { DecimalText.bytes(UInt64(max(0, count))) }
}

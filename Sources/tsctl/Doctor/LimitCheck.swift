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

import TaskstatsClient

/// Whether there is room for the clients that the daemon is to serve, and what this user is held to.
struct LimitCheck: Check {
    let server: ServerInfo?
    /// How many files the daemon may have open; nil when that cannot be seen.
    let openFiles: Int?

    /// The clients that are served unless the daemon was told otherwise, and what it needs beside them.
    private static let (clients, own) = (1_024, 32)

    var finding: Finding {
        guard let server else { return .unknown(Self.name, "nobody to ask") }
        var limits = ["\(DecimalText.bytes(UInt64(max(0, server.queueBytes)))) wait for a client"]
        limits.append("\(server.connectionsPerUID) connections")
        if let rate = server.requestsPerSecond { limits.append("\(rate) requests/s") }
        let needed = Self.clients + Self.own + server.possibleCPUs.count
        if let openFiles, openFiles < needed {
            return .warning(
                Self.name,
                "the daemon may open \(openFiles) files; \(Self.clients) clients on this machine take \(needed)",
                mend: "sudo systemctl edit taskstatsd, and add: LimitNOFILE=8192")
        }
        if let openFiles { limits.append("\(openFiles) open files") }
        return .ok(Self.name, "at most " + limits.joined(separator: ", "))
    }

    private static let name = "limits"

    /// Reads /proc/PID/limits.
    static func openFiles(in limits: String) -> Int? {
        let title = "Max open files"
        guard let line = limits.split(separator: "\n").first(where: { $0.hasPrefix(title) }) else { return nil }
        return line.dropFirst(title.count).split(separator: " ").first.flatMap { Int($0) }
    }
}

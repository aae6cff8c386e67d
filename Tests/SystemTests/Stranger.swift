import Glibc
import Testing

/// The generic netlink sockets of a process, by port id.
enum NetlinkPorts {
    static func ofProcess(_ pid: pid_t) throws -> Set<UInt32> {
        let listing = try Host.run(["ls", "-l", "/proc/\(pid)/fd"]).output
        let inodes = Set(
            listing.split(separator: "\n").compactMap { line in
                line.split(separator: "[").last.map { $0.prefix { $0 != "]" } }
            })
        let genericNetlink = "16"
        return Set(
            try Host.text("/proc/net/netlink").split(separator: "\n").compactMap { line in
                let columns = line.split(separator: " ")
                guard columns.count >= 10, columns[1] == genericNetlink, inodes.contains(columns[9]) else { return nil }
                return UInt32(columns[2])
            })
    }
}

/// An ordinary user who binds port ids that somebody else had.
enum Stranger {
    /// How many records arrive on those of the ports that are free once `release` has been called.
    static func recordsReceived(onPorts ports: Set<UInt32>, once release: () throws -> Void) throws -> Int {
        var stranger = try Host.start(["python3", Script.path("stranger.py")] + ports.map { "\($0)" })
        try #require(try stranger.line() == "ready")
        try release()
        stranger.send(signal: SIGUSR1)
        try #require(try stranger.line() == "bound")
        for cpu in 0..<Host.onlineCPUs {
            _ = try ExitLoad(finishing: ExitLoad.start(cpu: cpu, processes: 5, threads: 0))
        }
        stranger.send(signal: SIGTERM)
        let result = try stranger.finish()
        return try #require(Int(result.output.split(separator: "\n").last ?? ""), "\(result.errors)")
    }
}

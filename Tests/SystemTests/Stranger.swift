import Glibc
import TestSupport
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

/// A process of an ordinary user that binds port ids of another process.
final class Stranger {
    private var process: ChildProcess?

    /// Starts it without bound sockets.
    init(ports: Set<UInt32>) throws {
        var process = try Host.start(["python3", "-B", Script.path("stranger.py")] + ports.sorted().map { "\($0)" })
        try #require(try process.line() == "ready")
        self.process = consume process
    }

    deinit { try? end() }

    /// Binds the free ones of the port ids, and returns their number.
    func bind() throws -> Int {
        let line = try answer(to: SIGUSR1)
        try #require(line.hasPrefix("bound "))
        return try #require(Int(line.dropFirst("bound ".count)))
    }

    /// Returns the number of messages that have arrived since the last call.
    func received() throws -> Int {
        let line = try answer(to: SIGUSR2)
        return try #require(Int(line))
    }

    /// Ends it, which closes its sockets.
    func end() throws {
        guard let process = process.take() else { return }
        process.send(signal: SIGTERM)
        _ = try process.finish()
    }

    private func answer(to signal: Int32) throws -> String {
        process?.send(signal: signal)
        let line = try process?.line()
        return try #require(line)
    }

    /// Ends five tasks on every online CPU.
    static func endTasks() throws {
        for cpu in 0..<Host.onlineCPUs {
            _ = try ExitLoad(finishing: ExitLoad.start(cpu: cpu, processes: 5, threads: 0))
        }
    }

    /// Returns the number of records that arrive on the ports that are free after `release`.
    static func recordsReceived(onPorts ports: Set<UInt32>, once release: () throws -> Void) throws -> Int {
        let stranger = try Stranger(ports: ports)
        try release()
        _ = try stranger.bind()
        try endTasks()
        let received = try stranger.received()
        try stranger.end()
        return received
    }
}

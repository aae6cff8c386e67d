import ArgumentParser
import LinuxSystem
import Logging
import TaskstatsBroker
import TaskstatsModel

/// The command line of the daemon.
@main
struct Taskstatsd: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "taskstatsd",
        abstract: "Serves the kernel's task statistics to unprivileged clients.",
        discussion: """
            Reads the kernel's taskstats interface, which requires CAP_NET_ADMIN, and serves each local user the \
            permitted part over a Unix socket: statistics of running tasks, and a record of each task that exits. \
            It runs in the foreground until a signal such as SIGTERM, and logs to stderr. Once ready, it keeps only \
            CAP_NET_ADMIN. Under systemd it supports socket activation and readiness notification.

            EXAMPLES
              sudo taskstatsd
              sudo taskstatsd --group adm --log-level debug
              sudo taskstatsd --group adm --default-access none
              sudo taskstatsd --socket /run/test.sock --receive-buffer 16M
              sudo taskstatsd --user daemon
              taskstatsd --sweep
            """,
        version: "taskstatsd \(Release.version)")

    static let defaultGroup = "taskstats"

    @Option(help: ArgumentHelp("Path of the socket on which clients connect.", valueName: "path"))
    var socket = "/run/taskstats.sock"

    @Option(help: ArgumentHelp("Receive buffer of each CPU's netlink socket (suffixes K, M, G).", valueName: "size"))
    var receiveBuffer = ByteCount(8 << 20)

    @Option(help: ArgumentHelp("Maximum size of a receive buffer, which doubles at each loss.", valueName: "size"))
    var receiveBufferMax = ByteCount(64 << 20)

    @Option(help: ArgumentHelp("Maximum number of bytes queued for one client.", valueName: "size"))
    var queueBytes = ByteCount(8 << 20)

    @Option(help: ArgumentHelp("Maximum number of bytes queued for the clients of one user.", valueName: "size"))
    var queueBytesPerUser = ByteCount(64 << 20)

    @Option(help: ArgumentHelp("Maximum number of bytes queued for all clients.", valueName: "size"))
    var queueBytesInAll = ByteCount(256 << 20)

    @Option(help: ArgumentHelp("Maximum number of connections of all users.", valueName: "number"))
    var connections = 1_024

    @Option(help: ArgumentHelp("Maximum number of connections of one user.", valueName: "number"))
    var connectionsPerUser = 32

    @Option(
        help: ArgumentHelp("Maximum connection rate of a user who cannot see every process.", valueName: "number"))
    var connectionsPerSecond = 100

    @Option(
        help: ArgumentHelp(
            "Maximum request rate of a user who cannot see every process.",
            valueName: "number"))
    var requestsPerSecond = 5_000

    @Option(
        help: ArgumentHelp(
            "Close a client that reads no queued data for this time (default: 30s; 0: never).", valueName: "time"),
        transform: Self.stallTimeout)
    var stallTimeout = DurationArgument(seconds: 30)

    @Option(help: ArgumentHelp("CPUs on which the daemon itself runs, as a list like 0-3,8.", valueName: "list"))
    var cpuAffinity: String?

    @Option(help: ArgumentHelp("Group whose members can see every process.", valueName: "name"))
    var group = Self.defaultGroup

    @Option(help: ArgumentHelp("Access of all other users: own (their own processes) or none.", valueName: "tier"))
    var defaultAccess = DefaultAccess.own

    @Flag(name: .customLong("show-own-io"), help: "Include I/O counters in exit records of ordinary users.")
    var showOwnIO = false

    @Option(
        help: ArgumentHelp(
            "Part of the origin of processes to learn: none, cgroup (no command lines) or all.", valueName: "part"))
    var origin = OriginSettings.Level.all

    @Flag(name: .customLong("origin-priority"), help: "Read new processes at real-time priority.")
    var originPriority = false

    @Option(help: ArgumentHelp("Maximum memory of the origins of processes.", valueName: "size"))
    var originMemory = ByteCount(64 << 20)

    @Option(help: ArgumentHelp("Memory for records of tasks that have exited (0: none).", valueName: "size"))
    var history = ByteCount(0)

    @Flag(name: .customLong("history-origin"), help: "Keep the origin of processes with these records.")
    var historyOrigin = false

    @Option(help: ArgumentHelp("User to run as, keeping only CAP_NET_ADMIN, after startup.", valueName: "name"))
    var user: String?

    @Flag(help: "Remove the kernel registrations of a killed daemon, then exit.")
    var sweep = false

    @Option(help: "Minimum level of log messages.")
    var logLevel = Logger.Level.notice

    func validate() throws {
        guard socket.hasPrefix("/"), socket.utf8.count <= UnixSocket.pathLimit else {
            throw ValidationError("--socket must be an absolute path of at most \(UnixSocket.pathLimit) bytes")
        }
        let bufferRange = 4_608...1 << 30
        guard bufferRange.contains(receiveBuffer.bytes) else {
            throw ValidationError(
                "--receive-buffer must be from \(bufferRange.lowerBound) to \(bufferRange.upperBound)")
        }
        let queueRange = 65_536...1 << 30
        guard queueRange.contains(queueBytes.bytes) else {
            throw ValidationError("--queue-bytes must be from \(queueRange.lowerBound) to \(queueRange.upperBound)")
        }
        guard queueBytesPerUser >= queueBytes, queueBytesInAll >= queueBytesPerUser else {
            throw ValidationError("--queue-bytes must not exceed --queue-bytes-per-user, nor that --queue-bytes-in-all")
        }
        let memoryRange = 1 << 20...1 << 30
        guard memoryRange.contains(originMemory.bytes) else {
            throw ValidationError(
                "--origin-memory must be from \(memoryRange.lowerBound) to \(memoryRange.upperBound)")
        }
        guard origin != .none || !originPriority else {
            throw ValidationError("--origin-priority cannot be combined with --origin none")
        }
        let historyRange = Broker.historyLimits
        guard history.bytes == 0 || historyRange.contains(history.bytes) else {
            throw ValidationError(
                "--history must be 0, or from \(ByteCount(historyRange.lowerBound).defaultValueDescription) to "
                    + ByteCount(historyRange.upperBound).defaultValueDescription)
        }
        guard !historyOrigin || history.bytes > 0 && origin != .none else {
            throw ValidationError("--history-origin requires --history, and cannot be combined with --origin none")
        }
        let most = 1_000_000
        for (name, value) in [
            ("connections", connections), ("connections-per-user", connectionsPerUser),
            ("connections-per-second", connectionsPerSecond), ("requests-per-second", requestsPerSecond),
        ] where !(1...most).contains(value) {
            throw ValidationError("--\(name) must be from 1 to \(most)")
        }
        _ = try affinity()
    }

    /// Parses the value of `--stall-timeout`.
    private static func stallTimeout(_ text: String) throws(ValidationError) -> DurationArgument {
        let range = DurationArgument(seconds: 0)...DurationArgument(seconds: 86_400)
        guard let time = DurationArgument(text), range.contains(time) else {
            throw ValidationError(DurationArgument.expectation(in: range))
        }
        return time
    }

    /// Returns the CPUs that the daemon may run on; nil for all.
    func affinity() throws(ValidationError) -> CPUSet? {
        do throws(CPUSet.ParsingError) {
            return try cpuAffinity.map { (list) throws(CPUSet.ParsingError) in
                try CPUSet(parsing: list, possible: HostFacts.possibleCPUs())
            }
        } catch {
            throw ValidationError("--cpu-affinity: \(error)")
        }
    }

    func run() throws {
        StandardDescriptors.reserve()
        Privilege.ignoreEnvironment()
        let level = logLevel
        let queue = try LogQueue { count in
            QueuedLogHandler.line(
                .warning, label: "taskstatsd", [:], source: "taskstatsd", "\(count) messages dropped")
        }
        LoggingSystem.bootstrap { QueuedLogHandler(label: $0, level: level, queue: queue) }
        defer { queue.flush() }
        do {
            let log = Logger(label: "taskstatsd")
            try HostFacts.checkCPUsAreKnown()
            if sweep { return print(try Sweep.only(log)) }
            try serve(log, queue)
        } catch let status as ExitCode {
            throw status
        } catch {
            queue.append("taskstatsd: \(error)\n")
            throw ExitCode.failure
        }
    }
}

/// The access of all users but root and the members of the group.
enum DefaultAccess: String, CaseIterable, ExpressibleByArgument {
    /// Their own processes.
    case own
    /// Nothing.
    case none
}

extension Logger.Level: @retroactive ExpressibleByArgument {}

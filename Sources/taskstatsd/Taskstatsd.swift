import ArgumentParser
import Glibc
import LinuxSystem
import Logging
import Netlink
import TaskstatsBroker
import TaskstatsKernel
import TaskstatsModel

/// The command line of the daemon.
@main
struct Taskstatsd: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "taskstatsd",
        abstract: "Serves the kernel's task statistics to unprivileged clients.",
        discussion: """
            Owns the kernel's taskstats interface, which needs CAP_NET_ADMIN, and gives every user of the machine what \
            they may see of it over a Unix socket: statistics of tasks that live, and a record of each task that ends. \
            It runs in the foreground until SIGTERM or SIGINT, and logs to stderr.

            EXAMPLES
              sudo taskstatsd
              sudo taskstatsd --group adm --log-level debug
              sudo taskstatsd --socket /run/test.sock --receive-buffer 16777216
            """,
        version: "taskstatsd \(Release.version)")

    @Option(help: ArgumentHelp("The path of the socket on which clients connect.", valueName: "path"))
    var socket = "/run/taskstats.sock"

    @Option(help: ArgumentHelp("The receive buffer of each CPU's netlink socket, in bytes.", valueName: "bytes"))
    var receiveBuffer = 8 << 20

    @Option(help: ArgumentHelp("The bytes that may wait for one client.", valueName: "bytes"))
    var queueBytes = 8 << 20

    @Option(help: ArgumentHelp("The group whose members see every process.", valueName: "name"))
    var group = "taskstats"

    @Option(help: "How much to log: trace, debug, info, notice, warning, error or critical.")
    var logLevel = Logger.Level.notice

    func validate() throws {
        guard socket.hasPrefix("/"), socket.utf8.count <= UnixSocket.pathLimit else {
            throw ValidationError("--socket must be an absolute path of at most \(UnixSocket.pathLimit) bytes")
        }
        let bufferRange = 4_608...1 << 30
        guard bufferRange.contains(receiveBuffer) else {
            throw ValidationError(
                "--receive-buffer must be from \(bufferRange.lowerBound) to \(bufferRange.upperBound)")
        }
        let queueRange = 65_536...1 << 30
        guard queueRange.contains(queueBytes) else {
            throw ValidationError("--queue-bytes must be from \(queueRange.lowerBound) to \(queueRange.upperBound)")
        }
    }

    func run() throws {
        let level = logLevel
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = level
            return handler
        }
        do {
            try serve(Logger(label: "taskstatsd"))
        } catch {
            StandardError.print("taskstatsd: \(error)")
            throw ExitCode.failure
        }
    }

    private func serve(_ log: Logger) throws {
        try StartupChecks.run()
        try ListeningSocket.checkNobodyAnswers(at: socket)
        let signals = try SignalSource()

        let batch = MessageBatch()
        let port = try NetlinkSocket.open()
        let family: TaskstatsFamily
        do throws(NetlinkError) {
            family = try TaskstatsFamily.lookUp(over: port, batch: batch)
        } catch {
            throw StartupFailure.noTaskstats("\(error)")
        }
        var kernel = TaskQuery(port: port, family: family, batch: batch)
        let structVersion = Int(try kernel.task(pid: UInt32(getpid())).version ?? 0)
        let online = HostFacts.onlineCPUs()
        try Sweep.run(online, family: family, batch: batch, log: log)

        let feed = KernelFeed(family: family, batch: batch, receiveBufferBytes: receiveBuffer, log: log)
        let settings = settings(structVersion: structVersion, log: log)
        let daemon = try Daemon(
            signals: signals, listening: try ListeningSocket.open(path: socket), feed: feed,
            queries: KernelQueries(kernel), settings: settings, log: log)
        log.notice(
            "ready",
            metadata: [
                "socket": "\(socket)", "kernel": "\(settings.kernelRelease)", "taskstats": "\(structVersion)",
                "cpus": "\(online)", "group": "\(settings.policy.privilegedGroup.map { "\(group) (\($0))" } ?? "none")",
            ])
        try daemon.run()
    }

    private func settings(structVersion: Int, log: Logger) -> BrokerSettings {
        var limits = BrokerLimits()
        limits.queueBytes = queueBytes
        limits.queueBytesPerUID = max(limits.queueBytesPerUID, queueBytes)
        limits.queueBytesInAll = max(limits.queueBytesInAll, queueBytes)
        return BrokerSettings(
            server: "taskstatsd/\(Release.version)", instance: Self.newInstance(),
            kernelRelease: HostFacts.kernelRelease(), taskstatsVersion: structVersion,
            possibleCPUs: HostFacts.possibleCPUs(),
            policy: AccessPolicy(privilegedGroup: GroupLookup.id(of: group)), limits: limits)
    }

    /// 128 random bits in hexadecimal.
    private static func newInstance() -> String {
        (0..<2).map { _ in
            let digits = String(UInt64.random(in: .min ... .max), radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}

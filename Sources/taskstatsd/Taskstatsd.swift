import ArgumentParser
import CLinux
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
            It runs in the foreground until SIGTERM or SIGINT, and logs to stderr. Once it is ready it has CAP_NET_ADMIN and \
            no other capability. Started by systemd it serves the socket that it is given, and says when it is ready.

            EXAMPLES
              sudo taskstatsd
              sudo taskstatsd --group adm --log-level debug
              sudo taskstatsd --group adm --default-access none
              sudo taskstatsd --socket /run/test.sock --receive-buffer 16777216
              sudo taskstatsd --user nobody
              taskstatsd --sweep
            """,
        version: "taskstatsd \(Release.version)")

    @Option(help: ArgumentHelp("The path of the socket on which clients connect.", valueName: "path"))
    var socket = "/run/taskstats.sock"

    @Option(help: ArgumentHelp("The receive buffer of each CPU's netlink socket, in bytes.", valueName: "bytes"))
    var receiveBuffer = 8 << 20

    @Option(help: ArgumentHelp("How large losses may make a receive buffer: each doubles it.", valueName: "bytes"))
    var receiveBufferMax = 64 << 20

    @Option(help: ArgumentHelp("The bytes that may wait for one client.", valueName: "bytes"))
    var queueBytes = 8 << 20

    @Option(help: ArgumentHelp("The bytes that may wait for the clients of one user.", valueName: "bytes"))
    var queueBytesPerUser = 64 << 20

    @Option(help: ArgumentHelp("The bytes that may wait for all clients together.", valueName: "bytes"))
    var queueBytesInAll = 256 << 20

    @Option(help: ArgumentHelp("The connections of all users together.", valueName: "number"))
    var connections = 1_024

    @Option(help: ArgumentHelp("The connections of one user.", valueName: "number"))
    var connectionsPerUser = 32

    @Option(
        help: ArgumentHelp("The new connections of one user in a second; root's are not counted.", valueName: "number"))
    var connectionsPerSecond = 100

    @Option(
        help: ArgumentHelp(
            "The requests of one user in a second; those of clients who may see every process are not counted.",
            valueName: "number"))
    var requestsPerSecond = 5_000

    @Option(
        help: ArgumentHelp(
            "After how long a client that reads nothing of what waits for it is closed; 0: never.",
            valueName: "seconds"))
    var stallTimeout = 30

    @Option(help: ArgumentHelp("The CPUs that the daemon itself runs on, as a list like 0-3,8.", valueName: "list"))
    var cpuAffinity: String?

    @Option(help: ArgumentHelp("The group whose members see every process.", valueName: "name"))
    var group = "taskstats"

    @Option(help: ArgumentHelp("What everybody else sees: own, their own processes, or none.", valueName: "tier"))
    var defaultAccess = DefaultAccess.own

    @Option(help: ArgumentHelp("The user to become, with CAP_NET_ADMIN alone, once all is open.", valueName: "name"))
    var user: String?

    @Flag(help: "Only make the kernel forget the registrations of a daemon that was killed, and end.")
    var sweep = false

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
        guard queueBytesPerUser >= queueBytes, queueBytesInAll >= queueBytesPerUser else {
            throw ValidationError("--queue-bytes, --queue-bytes-per-user and --queue-bytes-in-all must not descend")
        }
        let most = 1_000_000
        for (name, value) in [
            ("connections", connections), ("connections-per-user", connectionsPerUser),
            ("connections-per-second", connectionsPerSecond), ("requests-per-second", requestsPerSecond),
        ] where !(1...most).contains(value) {
            throw ValidationError("--\(name) must be from 1 to \(most)")
        }
        let aDay = 86_400
        guard (0...aDay).contains(stallTimeout) else {
            throw ValidationError("--stall-timeout must be from 0 to \(aDay)")
        }
        _ = try affinity()
    }

    func run() throws {
        StandardDescriptors.reserve()
        Privilege.ignoreEnvironment()
        let level = logLevel
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = level
            return handler
        }
        do {
            let log = Logger(label: "taskstatsd")
            if sweep { return print(try Sweep.only(log)) }
            try serve(log)
        } catch {
            StandardError.print("taskstatsd: \(error)")
            throw ExitCode.failure
        }
    }

    private func serve(_ log: Logger) throws {
        let service = try ServiceEnvironment.take()
        let user = try userToBecome()
        try pinToAffinity()
        let room = try DescriptorBudget.clients(
            limit: try DescriptorBudget.raiseLimit(), cpus: HostFacts.possibleCPUs().count)
        if room < connections {
            log.warning(
                "the limit of open files leaves room for fewer connections",
                metadata: ["--connections": "\(connections)", "room": "\(room)"])
        }
        try StartupChecks.run()
        if service.sockets == 0 { try ListeningSocket.checkNobodyAnswers(at: socket) }
        let manager = try service.notifySocket.map { path in
            try ServiceManager(path: path, watchdogNanoseconds: service.watchdogNanoseconds)
        }
        let signals = try SignalSource()

        let batch = MessageBatch()
        let family = try Self.family(batch)
        let online = HostFacts.onlineCPUs()
        // Before any socket that stays: one that was given the port id of a killed daemon would inherit its records.
        try Sweep.run(online, family: family, batch: batch, log: log)
        var kernel = TaskQuery(port: try NetlinkSocket.open(), family: family, batch: batch)
        let listening = try listen(service)
        try reducePrivilege(to: user, listening)
        // The first question shows that what is left is enough.
        let structVersion = Int(try kernel.task(pid: UInt32(getpid())).version ?? 0)

        let buffer = ReceiveBuffer(bytes: receiveBuffer, largestBytes: max(receiveBuffer, receiveBufferMax))
        let feed = KernelFeed(family: family, batch: batch, receiveBuffer: buffer, log: log)
        let settings = settings(structVersion: structVersion, connections: min(connections, room))
        let daemon = try Daemon(
            signals: signals, listening: listening, feed: feed, queries: KernelQueries(kernel), settings: settings,
            stallTimeout: .seconds(stallTimeout), manager: manager, log: log)
        log.notice(
            "ready",
            metadata: [
                "socket": "\(daemon.listening.path)", "kernel": "\(settings.kernelRelease)",
                "taskstats": "\(structVersion)",
                "cpus": "\(online)",
                "group": "\(group) (\(settings.policy.privilegedGroup.map(String.init) ?? "no such group"))",
                "default-access": "\(defaultAccess)",
            ])
        try daemon.run()
    }

    private func userToBecome() throws(StartupFailure) -> AccountDatabase.User? {
        guard let user else { return nil }
        guard let found = AccountDatabase.user(named: user) else { throw .noSuchUser(user) }
        return found
    }

    /// The socket that was passed to us, or a new one.
    private func listen(_ service: ServiceEnvironment) throws(ListeningSocket.Failure) -> ListeningSocket {
        service.sockets == 0 ? try .open(path: socket) : try .inherit(service.sockets)
    }

    private func reducePrivilege(to user: AccountDatabase.User?, _ listening: borrowing ListeningSocket) throws {
        do {
            do throws(SystemError) { try Privilege.reduce(to: user) } catch { throw StartupFailure.privilege(error) }
            try StartupChecks.checkPeersAreKnown()
        } catch {
            try? listening.removeFile()
            throw error
        }
    }

    private func affinity() throws(ValidationError) -> CPUSet? {
        do throws(CPUSet.ParsingError) {
            return try cpuAffinity.map { (list) throws(CPUSet.ParsingError) in
                try CPUSet(parsing: list, possible: HostFacts.possibleCPUs())
            }
        } catch {
            throw ValidationError("--cpu-affinity: \(error)")
        }
    }

    private func pinToAffinity() throws {
        guard let numbers = try affinity()?.map(Int32.init) else { return }
        guard unsafe clinux_run_on(numbers, numbers.count) == 0 else { throw SystemError.last("sched_setaffinity") }
    }

    /// Looks the family up over a socket that does not stay.
    private static func family(_ batch: MessageBatch) throws -> TaskstatsFamily {
        let port = try NetlinkSocket.open()
        do throws(NetlinkError) {
            return try TaskstatsFamily.lookUp(over: port, batch: batch)
        } catch {
            throw StartupFailure.noTaskstats("\(error)")
        }
    }

    private func settings(structVersion: Int, connections: Int) -> BrokerSettings {
        var limits = BrokerLimits()
        limits.queueBytes = queueBytes
        limits.queueBytesPerUID = queueBytesPerUser
        limits.queueBytesInAll = queueBytesInAll
        limits.connectionsInAll = connections
        limits.connectionsPerUID = connectionsPerUser
        limits.connectionsPerSecond = connectionsPerSecond
        limits.requestsPerSecond = requestsPerSecond
        return BrokerSettings(
            server: "taskstatsd/\(Release.version)", instance: Self.newInstance(),
            kernelRelease: HostFacts.kernelRelease(), taskstatsVersion: structVersion,
            possibleCPUs: HostFacts.possibleCPUs(),
            policy: AccessPolicy(
                privilegedGroup: AccountDatabase.groupID(named: group), othersSeeTheirOwn: defaultAccess == .own),
            limits: limits)
    }

    /// 128 random bits in hexadecimal.
    private static func newInstance() -> String {
        (0..<2).map { _ in
            let digits = String(UInt64.random(in: .min ... .max), radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}

/// What users see who are neither root nor in the group.
enum DefaultAccess: String, CaseIterable, ExpressibleByArgument {
    /// Their own processes.
    case own
    /// Nothing.
    case none
}

extension Logger.Level: @retroactive ExpressibleByArgument {}

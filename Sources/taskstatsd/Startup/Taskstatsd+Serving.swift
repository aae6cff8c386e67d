import ArgumentParser
import CLinux
import Glibc
import LinuxSystem
import Logging
import Netlink
import TaskstatsBroker
import TaskstatsKernel
import TaskstatsModel

/// The startup sequence: take over what a previous instance left, check that the kernel delivers records, give up
/// privileges, and run the loop.
extension Taskstatsd {
    /// Starts the daemon and serves clients until a signal ends it.
    func serve(_ log: Logger, _ queue: LogQueue) throws {
        let service = try ServiceEnvironment.take()
        var inherited = try InheritedDescriptors(service)
        let user = try userToBecome()
        let privilegedGroup = try privilegedGroup()
        try pinToAffinity()
        let limit = try DescriptorBudget.raiseLimit()
        let room = try DescriptorBudget.clients(
            limit: limit, cpus: HostFacts.possibleCPUs().count, inherited: DescriptorBudget.inherited(limit: limit))
        if room < connections {
            log.warning(
                "open-file limit too low for --connections",
                metadata: ["--connections": "\(connections)", "room": "\(room)"])
        }
        try StartupChecks.run()
        if inherited.listening.isEmpty { try ListeningSocket.checkNobodyAnswers(at: socket) }
        let manager = try service.notifySocket.map { path in
            try ServiceManager(path: path, watchdogNanoseconds: service.watchdogNanoseconds, log: log)
        }
        let signals = try SignalQueue.termination()

        let batch = MessageBatch()
        let family = try Self.family(batch)
        let (online, possible) = (HostFacts.onlineCPUs(), HostFacts.possibleCPUs())
        try StoredSockets.takeOver(
            inherited.takeStored(), family: family, possible: possible, batch: batch, manager: manager, log: log)
        // Before any permanent socket: one with the port id of a killed daemon would inherit its records.
        let swept = try Sweep.run(online, family: family, batch: batch, log: log)
        let sumsAreComplete = ProcessSumsCheck.run(on: swept, family: family, batch: batch, log: log)
        let validators = ValidatorSource(
            incompleteSums: ProcessSumsCheck.incompleteSums(keepsEndedThreads: sumsAreComplete))
        let listening = try listen(inherited)
        let monitor = try LoopMonitor()
        let isRealTime = try beginRealTime()
        try reducePrivilege(to: user, listening)
        let tracker = try tracker(isRealTime: isRealTime, log)
        // Threads inherit the privileges of the thread that starts them.
        try queue.startWriter()
        // The first query shows that the remaining privileges suffice.
        let structVersion = try Self.structVersion(family, batch)

        let buffer = ReceiveBuffer(
            bytes: receiveBuffer.bytes, largestBytes: max(receiveBuffer, receiveBufferMax).bytes)
        let feed = KernelFeed(
            family: family, batch: batch, receiveBuffer: buffer, validators: validators, manager: manager, log: log)
        let lateSweep = LateSweep(possible.subtracting(swept), batch: batch, log: log)
        var settings = settings(
            structVersion: structVersion, connections: min(connections, room), privilegedGroup: privilegedGroup)
        settings.processSumsAreComplete = sumsAreComplete
        settings.knowsOrigin = tracker != nil
        let originLevel = origin
        let threadLimit = settings.limits.threadsPerQuery
        let daemon = try Daemon(
            signals: signals, listening: listening, feed: feed, lateSweep: lateSweep,
            validators: validators,
            makeQueries: { () throws(SystemError) in
                // Another thread than the loop's may use it, so it shares no batch.
                let query = TaskQuery(port: try NetlinkSocket.open(), family: family, batch: MessageBatch())
                return KernelQueries(query, threadLimit: threadLimit, originLevel: originLevel)
            },
            settings: settings, stallTimeout: stallTimeout.duration,
            history: history.bytes > 0
                ? HistorySettings(limitBytes: history.bytes, withOrigin: historyOrigin) : nil,
            tracker: tracker, manager: manager,
            monitor: monitor, log: log,
            end: { error, status in
                if let error { queue.append("taskstatsd: \(error)\n") }
                queue.flush()
                Glibc.exit(status)
            })
        log.notice(
            "ready",
            metadata: [
                "socket": "\(daemon.listening.path)", "kernel": "\(settings.kernelRelease)",
                "taskstats": "\(structVersion)",
                "cpus": "\(online)",
                "group": "\(group) (\(privilegedGroup.map(String.init) ?? "no such group"))",
                "default-access": "\(defaultAccess)",
            ])
        let signal = try daemon.run()
        if signal.exitStatus != 0 { throw ExitCode(signal.exitStatus) }
    }

    /// Makes this thread run in real time, if that is wanted or allowed, while the privileges suffice for it.
    private func beginRealTime() throws(StartupFailure) -> Bool {
        guard origin != .none, originPriority || RealTimePriority.isAllowed else { return false }
        do throws(SystemError) {
            try RealTimePriority.begin()
            return true
        } catch {
            guard originPriority else { return false }
            throw .realTime(error)
        }
    }

    /// Returns what learns the origin of processes; nil when the kernel does not report their events.
    ///
    /// Its thread inherits real time from this one, and no other thread does.
    private func tracker(isRealTime: Bool, _ log: Logger) throws -> ProcessTracker? {
        let tracker = try startTracker(log)
        if isRealTime { RealTimePriority.end() }
        try tracker?.startStandby()
        return tracker
    }

    private func startTracker(_ log: Logger) throws -> ProcessTracker? {
        guard origin != .none else { return nil }
        var settings = OriginSettings()
        settings.level = origin
        settings.memoryLimit = originMemory.bytes
        do throws(SystemError) {
            // The only proof is an event.
            _ = try ProcessEventSocket.open(receiveBufferBytes: settings.receiveBufferBytes, batch: MessageBatch())
        } catch {
            log.notice("the kernel does not report processes; origins are unknown", metadata: ["error": "\(error)"])
            return nil
        }
        let tracker = try ProcessTracker(settings, log: log)
        try tracker.startThread()
        return tracker
    }

    /// Returns the struct version of this kernel, queried over a socket of its own.
    private static func structVersion(_ family: TaskstatsFamily, _ batch: MessageBatch) throws -> Int {
        var kernel = TaskQuery(port: try NetlinkSocket.open(), family: family, batch: batch)
        return Int(try kernel.task(pid: UInt32(getpid())).version ?? 0)
    }

    private func userToBecome() throws(StartupFailure) -> AccountDatabase.User? {
        guard let user else { return nil }
        guard let found = AccountDatabase.user(named: user) else { throw .noSuchUser(user) }
        return found
    }

    /// Returns the group whose members see every process; only the default group may be missing.
    private func privilegedGroup() throws(StartupFailure) -> UInt32? {
        if let id = AccountDatabase.groupID(named: group) { return id }
        guard group == Self.defaultGroup else { throw .noSuchGroup(group) }
        return nil
    }

    /// Returns the inherited socket, or a new one.
    private func listen(_ inherited: InheritedDescriptors) throws(ListeningSocket.Failure) -> ListeningSocket {
        guard let first = inherited.listening.first else { return try .open(path: socket) }
        return try .inherit(inherited.listening.count, from: first)
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

    private func pinToAffinity() throws {
        guard let numbers = try affinity()?.map(Int32.init) else { return }
        guard unsafe clinux_run_on(numbers, numbers.count) == 0 else { throw SystemError.last("sched_setaffinity") }
    }

    /// Looks up the family over a temporary socket.
    private static func family(_ batch: MessageBatch) throws -> TaskstatsFamily {
        let port = try NetlinkSocket.open()
        do throws(NetlinkError) {
            return try TaskstatsFamily.lookUp(over: port, batch: batch)
        } catch {
            throw StartupFailure.noTaskstats("\(error)")
        }
    }

    private func settings(structVersion: Int, connections: Int, privilegedGroup: UInt32?) -> BrokerSettings {
        var limits = BrokerLimits()
        limits.queueBytes = queueBytes.bytes
        limits.queueBytesPerUID = queueBytesPerUser.bytes
        limits.queueBytesInAll = queueBytesInAll.bytes
        limits.connectionsInAll = connections
        limits.connectionsPerUID = connectionsPerUser
        limits.connectionsPerSecond = connectionsPerSecond
        limits.requestsPerSecond = requestsPerSecond
        var settings = BrokerSettings(
            server: "taskstatsd/\(Release.version)", instance: Self.newInstance(),
            kernelRelease: HostFacts.kernelRelease(), taskstatsVersion: structVersion,
            possibleCPUs: HostFacts.possibleCPUs(),
            policy: AccessPolicy(
                privilegedGroup: privilegedGroup, othersSeeTheirOwn: defaultAccess == .own, othersSeeTheirIO: showOwnIO),
            limits: limits)
        settings.tick = HostFacts.tick()
        return settings
    }

    /// Returns 128 random bits in hexadecimal.
    private static func newInstance() -> String {
        (0..<2).map { _ in
            let digits = String(UInt64.random(in: .min ... .max), radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}

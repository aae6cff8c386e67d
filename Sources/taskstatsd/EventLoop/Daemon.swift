import Glibc
import LinuxSystem
import Logging
import Netlink
import TaskstatsBroker
import TaskstatsKernel
import TaskstatsModel
import TaskstatsProtocol

/// The daemon process: one event loop, run by one thread at a time (``LoopOwnership``), which owns all state and all
/// descriptors.
///
/// An iteration reads requests and passes them to the broker, carries out the broker's actions, drains due kernel
/// sockets into the broker, and sends queued data to clients. Each part has a fixed time budget (``LoopTime``), shared
/// fairly by the principals that need it (``FairQueue``). Work left over comes first in the next iteration. No call
/// waits for a peer, and a client that does not read costs the others nothing.
final class Daemon {
    let log: Logger
    let started = SystemClock.monotonicNanoseconds
    let signals: SignalQueue
    var listening: ListeningSocket
    let closer: DescriptorCloser
    /// Receives status reports; nil when no service manager asked for them.
    let manager: ServiceManager?
    let feed: KernelFeed
    let lateSweep: LateSweep
    /// What learns the origin of processes; nil when the kernel or the administrator does not allow it.
    let tracker: ProcessTracker?
    var tracking = TrackingState()
    /// What the loop waits for: the connections of clients, and `loop` with everything else.
    ///
    /// It is polled between any two pieces of work for ordinary clients. A request of a client costs one call.
    var clientLoop: EventLoop
    /// The sources that are no clients.
    var loop: EventLoop
    /// What queries the kernel, as far as no thread uses it.
    var idleQueries: [KernelQueries]
    let makeQueries: () throws(SystemError) -> KernelQueries
    let validators: ValidatorSource
    let ownership: LoopOwnership
    let lateAnswers: Mailbox<LateAnswer>
    /// The connection whose query the current thread is executing.
    var querying: ClientConnection?
    /// The number of blocked queries of each principal, on threads that no longer run the loop.
    var blockedQueries: [Principal: Int] = [:]
    var blockedLog = FailureLog()
    /// Exits the process with an exit status, after logging an error.
    let end: (String?, Int32) -> Never
    var stopSignal: TerminationSignal?
    /// Whether the next iteration must not wait, because the last one was interrupted.
    var mustIterate = false
    var broker: Broker
    var connections: [ClientID: ClientConnection] = [:]
    /// Connections with requests, and connections with queued data.
    var privilegedRequests = FairQueue()
    var ordinaryRequests = FairQueue()
    var privilegedSends = FairQueue()
    var ordinarySends = FairQueue()
    /// Connections whose replay of the history can go on.
    var privilegedReplays = FairQueue()
    var ordinaryReplays = FairQueue()
    /// What is kept for clients whose subscription starts in the past.
    let history: HistorySettings?
    /// Throttled clients, from which nothing is read for a while.
    var throttled: [ClientConnection] = []
    /// When throttling ends; nil when no client is throttled.
    var throttlingEndsAt: UInt64?
    /// When connections are accepted again; nil: now.
    var acceptsAgainAt: UInt64?
    /// Whether accepting the last connection failed, which was logged.
    var isShort = false
    /// How long a client may read nothing; nil: forever.
    let stallNanoseconds: UInt64?
    /// When to check for stalled clients next; nil when there are none.
    var nextStallCheck: UInt64?
    let monitor: LoopMonitor
    var freedMemory = HeapTrimmer()
    var subordinates = SubordinateIDFile()
    var refusalLog = RefusalLog()
    let vector = SendVector()

    init(
        signals: consuming SignalQueue, listening: consuming ListeningSocket, feed: KernelFeed,
        lateSweep: LateSweep, validators: ValidatorSource,
        makeQueries: @escaping () throws(SystemError) -> KernelQueries, settings: BrokerSettings,
        stallTimeout: Duration, history: HistorySettings?, tracker: ProcessTracker?, manager: ServiceManager?,
        monitor: LoopMonitor, log: Logger,
        end: @escaping (String?, Int32) -> Never
    ) throws(SystemError) {
        self.log = log
        self.history = history
        self.tracker = tracker
        self.manager = manager
        self.monitor = monitor
        stallNanoseconds = stallTimeout == .zero ? nil : UInt64(stallTimeout / .nanoseconds(1))
        self.feed = feed
        self.lateSweep = lateSweep
        loop = try EventLoop()
        clientLoop = try EventLoop()
        closer = try DescriptorCloser()
        broker = Broker(settings)
        self.signals = signals
        self.listening = listening
        self.validators = validators
        self.makeQueries = makeQueries
        self.end = end
        ownership = try LoopOwnership()
        lateAnswers = try Mailbox()
        idleQueries = [try makeQueries()]
        try loop.add(self.signals.descriptor, .signals, .readable)
        try loop.add(self.listening.descriptor.number, .listener, .readable)
        try loop.add(closer.descriptor, .closer, .readable)
        try clientLoop.add(loop.descriptor, .others, .readable)
        try loop.add(lateAnswers.descriptor, .lateAnswers, .readable)
        if let tracker { try loop.add(tracker.startsReady.descriptor, .starts, [.readable, .once]) }
        try monitor.start(events: clientLoop.descriptor, log: log)
    }

    /// Reports readiness and runs until a termination signal, which it returns.
    func run() throws -> TerminationSignal {
        do {
            lateSweep.begin(loop)
            ownership.begin()
            try startStandby()
            do throws(NetlinkError) {
                try beginHistory()
            } catch {
                throw StartupFailure.noHistory("\(error)")
            }
            try manager?.ready()
            guard let signal = try serveUntilSignal() else { waitForEnd() }
            stop(signal.name)
            return signal
        } catch {
            // Registrations would outlive the process.
            stop("none")
            throw error
        }
    }

    /// Runs the loop until a signal ends it, which is returned; nil when another thread runs it now.
    func serveUntilSignal() throws(SystemError) -> TerminationSignal? {
        while true {
            let events = try clientLoop.wait(milliseconds: timeout())
            mustIterate = false
            monitor.iterationBegins(at: SystemClock.monotonicNanoseconds)
            defer { if ownership.isMine { monitor.iterationEnded() } }
            handle(events)
            if events.contains(where: { $0.source == .others }) {
                try handleOthers()
                guard ownership.isMine else { return nil }
            }
            broker.beginIteration(at: SystemClock.monotonicNanoseconds)
            endThrottling()
            serveRequests()
            guard ownership.isMine else { return nil }
            updateTracking()
            takeDueStarts()
            feed.drainDue(loop, to: &broker)
            continueReplays()
            guard ownership.isMine else { return nil }
            lateSweep.sweepDue()
            closeStalled()
            if let again = acceptsAgainAt, again <= SystemClock.monotonicNanoseconds { acceptAgain() }
            flushDirty()
            guard ownership.isMine else { return nil }
            freedMemory.note(
                waiting: broker.queuedMemoryBytes, most: broker.takeQueuedMemoryPeak(),
                now: SystemClock.monotonicNanoseconds)
            freedMemory.giveBack(now: SystemClock.monotonicNanoseconds)
            reportRefusals()
            manager?.loopTurned(ServiceReports.State(clients: connections.count, cpus: feed.registeredCPUs))
            if let stopSignal { return stopSignal }
        }
    }

    /// Handles what happened, except to clients.
    private func handleOthers() throws(SystemError) {
        for (source, _) in try loop.wait(milliseconds: 0) {
            switch source {
            case .signals: stopSignal = signals.next().map(TerminationSignal.init) ?? stopSignal
            case .listener: accept()
            case .kernel(let cpu): feed.isReadable(cpu)
            case .kernelEvents: lateSweep.isReadable()
            case .closer: releaseClosed()
            case .lateAnswers: takeLateAnswers()
            case .starts: startsAreReady()
            case .client, .others: break
            }
            guard ownership.isMine else { return }
        }
    }

    func timeout() -> Int? {
        if mustIterate || broker.hasReplays { return 0 }
        let queues = [
            privilegedRequests, ordinaryRequests, privilegedSends, ordinarySends, privilegedReplays, ordinaryReplays,
        ]
        if queues.contains(where: { !$0.isEmpty }) { return 0 }
        let dues = [
            feed.nextDue, nextStallCheck, acceptsAgainAt, throttlingEndsAt, freedMemory.dueAt, refusalLog.dueAt,
            manager?.nextDue, lateSweep.nextDue, tracking.startsDueAt,
        ]
        guard let due = dues.compactMap({ $0 }).min() else { return nil }
        let now = SystemClock.monotonicNanoseconds
        let nanosecondsPerMillisecond: UInt64 = 1_000_000
        return due <= now ? 0 : Int((due - now + nanosecondsPerMillisecond - 1) / nanosecondsPerMillisecond)
    }

    // MARK: The end

    /// Deregisters, notifies every client, sends queued data for up to a second, and removes the socket file.
    func stop(_ signal: String) {
        manager?.stopping()
        let registered = feed.registeredCPUs
        feed.drainCompletely(registered, to: &broker)
        tracker?.stop()
        feed.deregister(registered, because: "taskstatsd is stopping")
        let clients = connections.count
        broker.shutDown(reason: "taskstatsd is stopping")
        for connection in connections.values { flush(connection) }

        // Only clients are watched from here on.
        acceptsAgainAt = nil
        clientLoop.remove(loop.descriptor)
        let deadline = SystemClock.monotonicNanoseconds + LoopTime.shutdown
        while !connections.isEmpty, SystemClock.monotonicNanoseconds < deadline {
            let left = Int((deadline - min(deadline, SystemClock.monotonicNanoseconds)) / 1_000_000) + 1
            guard let events = try? clientLoop.wait(milliseconds: left) else { break }
            for case (.client(let number), let flags) in events {
                let id = ClientID(number: number)
                guard let connection = connections[id] else { continue }
                connection.watched = nil
                if flags.contains(.writable) { flush(connection) } else { remove(id, "gone") }
            }
        }
        removeFile()
        leaveConnectionsOpen()
        log.notice(
            "stopped",
            metadata: [
                "signal": "\(signal)", "deregistered": "\(registered)", "clients": "\(clients)",
                "unflushed": "\(connections.count)",
            ])
    }

    /// Leaves sockets whose closing could block to process exit, which does not wait for them.
    private func leaveConnectionsOpen() {
        for connection in connections.values where connection.isGuarded { _ = connection.takeDescriptor().leaveOpen() }
        listening.leaveOpen()
    }

    /// Removes the socket file; this can fail when only the original user of the daemon can write to the directory.
    private func removeFile() {
        do throws(SystemError) {
            try listening.removeFile()
        } catch {
            log.notice(
                "cannot remove the socket file and its lock; the next start replaces them",
                metadata: ["socket": "\(listening.path)", "error": "\(error)"])
        }
    }
}

import Glibc
import LinuxSystem
import Logging
import Netlink
import TaskstatsBroker
import TaskstatsKernel
import TaskstatsModel
import TaskstatsProtocol

/// The process: one thread, one epoll loop, and everything that touches a descriptor.
///
/// A turn of the loop: what epoll reports is read, requests are handed to the broker as far as their users have time in
/// this turn, the broker's actions are carried out, sockets of the kernel whose time has come are drained into the
/// broker, and what then waits for clients is sent. No call in a turn waits for anybody; a client that does not read
/// costs the others nothing.
final class Daemon {
    let log: Logger
    let started = Clock.monotonic()
    let signals: SignalSource
    let listening: ListeningSocket
    /// Who is told how the daemon is; nil when nobody asked.
    let manager: ServiceManager?
    let feed: KernelFeed
    var loop: EventLoop
    var queries: KernelQueries
    var broker: Broker
    var connections: [ClientID: ClientConnection] = [:]
    /// Clients of whom whole lines may be there, in the order in which they have their turn.
    var waiting: [ClientConnection] = []
    var requestTime = RequestTime()
    /// Clients from whom nothing is read for a moment.
    var resting: [ClientConnection] = []
    /// When they are read from again; nil when there are none.
    var restEndsAt: UInt64?
    /// When connections are accepted again; nil: now.
    var acceptsAgainAt: UInt64?
    /// The last connection could not be accepted, which was logged.
    var isShort = false
    /// How long a client may take nothing; nil: for ever.
    let stallNanoseconds: UInt64?
    /// When clients that take nothing are looked for next; nil when there are none.
    var nextStallCheck: UInt64?
    var freedMemory = FreedMemory()
    let vector = SendVector()

    /// How long connections are accepted before who is connected has their turn.
    static let acceptNanosecondsPerTurn: UInt64 = 100_000
    /// How long nothing is read from clients whose users ask far too much.
    static let restNanoseconds: UInt64 = 10_000_000
    /// How long nothing is accepted after something was lacking for it, unless a client leaves before.
    static let acceptPauseNanoseconds: UInt64 = 500_000_000
    static let farewellNanoseconds: UInt64 = 1_000_000_000

    init(
        signals: consuming SignalSource, listening: consuming ListeningSocket, feed: KernelFeed,
        queries: consuming KernelQueries, settings: BrokerSettings, stallTimeout: Duration, manager: ServiceManager?,
        log: Logger
    ) throws(SystemError) {
        self.log = log
        self.manager = manager
        stallNanoseconds = stallTimeout == .zero ? nil : UInt64(stallTimeout / .nanoseconds(1))
        self.feed = feed
        loop = try EventLoop()
        broker = Broker(settings)
        self.signals = signals
        self.listening = listening
        self.queries = queries
        try loop.add(self.signals.descriptor.number, .signals, .readable)
        try loop.add(self.listening.descriptor.number, .listener, .readable)
    }

    /// Says that it is ready, and runs until a signal ends it.
    func run() throws {
        do {
            try manager?.ready()
            stop(try serveUntilSignal())
        } catch {
            // Registrations would outlive the process.
            stop("none")
            throw error
        }
    }

    func serveUntilSignal() throws(SystemError) -> String {
        var stopSignal: String?
        while true {
            for (source, flags) in try loop.wait(milliseconds: timeout()) {
                switch source {
                case .signals: stopSignal = try signals.next() ?? stopSignal
                case .listener: accept()
                case .kernel(let cpu): feed.isReadable(cpu, loop, to: &broker)
                case .client(let number): handle(ClientID(number: number), flags)
                }
            }
            endRest()
            serveWaiting()
            feed.drainDue(loop, to: &broker)
            closeStalled()
            if let again = acceptsAgainAt, again <= Clock.monotonic() { acceptAgain() }
            flushDirty()
            freedMemory.note(waiting: broker.unsentBytes, most: broker.takeMostUnsentBytes(), now: Clock.monotonic())
            freedMemory.giveBack(now: Clock.monotonic())
            manager?.loopTurned(ServiceReports.State(clients: connections.count, cpus: feed.registeredCPUs))
            if let stopSignal { return stopSignal }
        }
    }

    func timeout() -> Int? {
        if !waiting.isEmpty { return 0 }
        let dues = [feed.nextDue, nextStallCheck, acceptsAgainAt, restEndsAt, freedMemory.dueAt, manager?.nextDue]
        guard let due = dues.compactMap({ $0 }).min() else { return nil }
        let now = Clock.monotonic()
        let nanosecondsPerMillisecond: UInt64 = 1_000_000
        return due <= now ? 0 : Int((due - now + nanosecondsPerMillisecond - 1) / nanosecondsPerMillisecond)
    }

    // MARK: The end

    /// Deregisters, tells every client, sends what can be sent within a second, and removes the socket's file.
    func stop(_ signal: String) {
        manager?.stopping()
        let registered = feed.registeredCPUs
        feed.drainCompletely(registered, to: &broker)
        feed.deregister(registered, because: "taskstatsd is stopping")
        let clients = connections.count
        broker.shutDown(reason: "taskstatsd is stopping")
        flushDirty()

        // Nothing else is heard from here on, or it would keep waking us.
        try? loop.modify(listening.descriptor.number, .listener, [])
        try? loop.modify(signals.descriptor.number, .signals, [])
        let deadline = Clock.monotonic() + Self.farewellNanoseconds
        while !connections.isEmpty, Clock.monotonic() < deadline {
            let left = Int((deadline - min(deadline, Clock.monotonic())) / 1_000_000) + 1
            guard let events = try? loop.wait(milliseconds: left) else { break }
            for case (.client(let number), let flags) in events {
                let id = ClientID(number: number)
                guard let connection = connections[id] else { continue }
                if flags.contains(.writable) { flush(connection) } else { remove(id, "gone") }
            }
        }
        removeFile()
        log.notice(
            "stopped",
            metadata: [
                "signal": "\(signal)", "deregistered": "\(registered)", "clients": "\(clients)",
                "unflushed": "\(connections.count)",
            ])
    }

    /// The directory may belong to the user that the daemon was started as and is no more.
    private func removeFile() {
        do throws(SystemError) {
            try listening.removeFile()
        } catch {
            log.notice(
                "leaves its socket's file and lock behind, which the next start replaces",
                metadata: ["socket": "\(listening.path)", "error": "\(error)"])
        }
    }
}

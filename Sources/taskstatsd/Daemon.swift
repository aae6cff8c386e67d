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
/// A turn of the loop: what epoll reports is read and handed to the broker, the broker's actions are carried out, sockets
/// of the kernel whose time has come are drained into the broker, and what then waits for clients is sent. No call in a
/// turn waits for anybody; a client that does not read costs the others nothing.
final class Daemon {
    private let log: Logger
    private let started = Clock.monotonic()
    private let signals: SignalSource
    private let listening: ListeningSocket
    private let feed: KernelFeed
    private var loop: EventLoop
    private var queries: KernelQueries
    private var broker: Broker
    private var connections: [ClientID: ClientConnection] = [:]
    /// Clients of whom whole lines may be left that were not handled in their turn.
    private var unfinished: Set<ClientID> = []
    /// When connections are accepted again; nil: now.
    private var acceptsAgainAt: UInt64?
    /// How long a client may take nothing; nil: for ever.
    private let stallNanoseconds: UInt64?
    /// When clients that take nothing are looked for next; nil when there are none.
    private var nextStallCheck: UInt64?
    private let vector = SendVector()

    /// The requests of one client that are handled before others have their turn.
    private static let requestsPerTurn = 64
    /// The connections that are accepted before who is connected has their turn.
    private static let connectionsPerTurn = 64
    /// How long nothing is accepted after something was lacking for it, unless a client leaves before.
    private static let acceptPauseNanoseconds: UInt64 = 500_000_000
    private static let farewellNanoseconds: UInt64 = 1_000_000_000

    init(
        signals: consuming SignalSource, listening: consuming ListeningSocket, feed: KernelFeed,
        queries: consuming KernelQueries, settings: BrokerSettings, stallTimeout: Duration, log: Logger
    ) throws(SystemError) {
        self.log = log
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

    /// Runs until a signal ends it.
    func run() throws(SystemError) {
        do throws(SystemError) {
            stop(try serveUntilSignal())
        } catch {
            // Registrations would outlive the process.
            stop("none")
            throw error
        }
    }

    private func serveUntilSignal() throws(SystemError) -> String {
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
            feed.drainDue(loop, to: &broker)
            closeStalled()
            if let again = acceptsAgainAt, again <= Clock.monotonic() { acceptAgain() }
            for id in unfinished { serveLines(of: id) }
            flushDirty()
            if let stopSignal { return stopSignal }
        }
    }

    private func timeout() -> Int? {
        if !unfinished.isEmpty { return 0 }
        guard let due = [feed.nextDue, nextStallCheck, acceptsAgainAt].compactMap({ $0 }).min() else { return nil }
        let now = Clock.monotonic()
        let nanosecondsPerMillisecond: UInt64 = 1_000_000
        return due <= now ? 0 : Int((due - now + nanosecondsPerMillisecond - 1) / nanosecondsPerMillisecond)
    }

    // MARK: Connections

    private func accept() {
        do throws(SystemError) {
            for _ in 0..<Self.connectionsPerTurn {
                guard let descriptor = try listening.accept() else { return }
                try admit(descriptor)
            }
        } catch {
            // Descriptors are lacking, most likely. Further connections stay in the backlog for as long.
            log.warning("cannot accept a connection", metadata: ["error": "\(error)"])
            try? loop.modify(listening.descriptor.number, .listener, [])
            acceptsAgainAt = Clock.monotonic() + Self.acceptPauseNanoseconds
        }
    }

    private func acceptAgain() {
        guard acceptsAgainAt != nil else { return }
        acceptsAgainAt = nil
        try? loop.modify(listening.descriptor.number, .listener, .readable)
    }

    private func admit(_ descriptor: consuming Descriptor) throws(SystemError) {
        let peer = try PeerCredentials.read(descriptor)
        switch broker.admit(peer, host: HostFacts.state()) {
        case .admitted(let id):
            let connection = ClientConnection(id: id, descriptor: descriptor)
            do throws(SystemError) {
                try loop.add(connection.descriptor.number, .client(id.number), .readable)
            } catch {
                feed.deregister(broker.remove(id))
                throw error
            }
            connections[id] = connection
            log.debug("connected", metadata: ["client": "\(id.number)", "uid": "\(peer.uid)"])
        case .refused(let lines, let reason):
            for line in lines {
                vector.removeAll()
                unsafe line.withUnsafeBytes { unsafe vector.append($0) }
                _ = vector.send(to: descriptor)
            }
            ClientConnection.discardInput(descriptor)
            log.info("refused a connection", metadata: ["uid": "\(peer.uid)", "reason": "\(reason)"])
        }
    }

    private func handle(_ id: ClientID, _ flags: EventFlags) {
        guard let connection = connections[id] else { return }
        if flags.contains(.writable) { flush(connection) }
        if flags.contains(.readable) {
            guard connection.read() else { return remove(id, "broken") }
            serveLines(of: id)
        } else if !flags.isDisjoint(with: .gone) {
            remove(id, "gone")
        }
    }

    private func remove(_ id: ClientID, _ reason: String) {
        guard let connection = connections.removeValue(forKey: id) else { return }
        unfinished.remove(id)
        feed.deregister(broker.remove(id))
        ClientConnection.discardInput(connection.descriptor)
        log.debug("disconnected", metadata: ["client": "\(id.number)", "reason": "\(reason)"])
        acceptAgain()
    }

    // MARK: Requests

    private func serveLines(of id: ClientID) {
        guard let connection = connections[id] else { return }
        unfinished.remove(id)
        connection.hasHeldLines = false
        for _ in 0..<Self.requestsPerTurn {
            guard broker.wantsRequests(of: id) else {
                connection.hasHeldLines = true
                return settle(connection)
            }
            let item = unsafe connection.framer.next { line in
                Result { () throws(RequestDecoder.Failure) in try unsafe RequestDecoder.decode(line) }
            }
            switch item {
            case .incomplete: return settle(connection)
            case .tooLong: broker.rejectLongLine(from: id)
            case .line(.success(let request)): serve(request, of: id)
            case .line(.failure(let failure)): broker.reject(failure, from: id)
            }
        }
        unfinished.insert(id)
    }

    private func serve(_ request: Request, of id: ClientID) {
        switch request.call {
        case .subscribe, .unsubscribe:
            // What ended before the client asked belongs to the subscription that it had.
            feed.drainCompletely(broker.subscribedCPUs(of: id), to: &broker)
        case .get, .status, .describe: break
        }
        switch broker.handle(request, from: id) {
        case .answered: break
        case .query(let query): broker.answer(query, with: queries.answer(query))
        case .register(let pending):
            // Nor does it belong to the new one, on CPUs that others have subscribed to already.
            feed.drainCompletely(pending.cpus, to: &broker)
            register(pending)
        case .deregister(let cpus): feed.deregister(cpus)
        case .status(let query):
            let nanosecondsPerMillisecond: UInt64 = 1_000_000
            broker.answer(
                query, cpus: query.includesDaemon ? feed.counters : [],
                uptimeMilliseconds: (Clock.monotonic() - started) / nanosecondsPerMillisecond,
                host: HostFacts.state())
        }
    }

    private func register(_ pending: Broker.PendingSubscription) {
        var failure: ProtocolError?
        do throws(NetlinkError) {
            try feed.register(pending.newCPUs, loop)
        } catch {
            failure = ProtocolError(
                .kernelError, "\(error)", errno: error.errno.map { SystemError("", errno: $0).name })
        }
        feed.deregister(broker.complete(pending, registration: failure))
    }

    // MARK: Sending

    private func flushDirty() {
        for id in broker.takeDirtyClients() {
            if let connection = connections[id] { flush(connection) }
        }
    }

    private func flush(_ connection: ClientConnection) {
        let id = connection.id
        while broker.unsentBytes(of: id) > 0 {
            vector.removeAll()
            unsafe broker.forEachPiece(of: id, limit: SendVector.limit) { unsafe vector.append($0) }
            switch vector.send(to: connection.descriptor) {
            case .sent(let count):
                broker.sent(count, to: id)
                connection.noteProgress()
            case .full:
                noteStall(connection)
                return settle(connection)
            case .gone: return remove(id, "gone")
            }
        }
        settle(connection)
    }

    /// Watches a connection for what it is waiting for now, or ends it when that is nothing.
    private func settle(_ connection: ClientConnection) {
        let id = connection.id
        if connection.hasHeldLines, broker.wantsRequests(of: id) { unfinished.insert(id) }
        let hasLines = connection.hasHeldLines || unfinished.contains(id)
        let isDone = connection.hasEnded && !hasLines && broker.subscribedCPUs(of: id).isEmpty
        let isFlushed = broker.unsentBytes(of: id) == 0
        if broker.isFinished(id) || isDone && isFlushed { return remove(id, "finished") }
        var flags: EventFlags = []
        if !connection.hasEnded, broker.wantsRequests(of: id) { flags.insert(.readable) }
        if !isFlushed { flags.insert(.writable) }
        guard flags != connection.watched else { return }
        do throws(SystemError) {
            try loop.modify(connection.descriptor.number, .client(id.number), flags)
            connection.watched = flags
        } catch {
            remove(id, "\(error)")
        }
    }

    // MARK: Stalled clients

    private func noteStall(_ connection: ClientConnection) {
        guard let stallNanoseconds, connection.stalledSince == nil else { return }
        let now = Clock.monotonic()
        connection.noteStall(at: now)
        nextStallCheck = min(nextStallCheck ?? .max, now + stallNanoseconds)
    }

    /// Closes clients that have taken nothing for too long, and finds out when the next one may have.
    private func closeStalled() {
        guard let stallNanoseconds, let check = nextStallCheck else { return }
        let now = Clock.monotonic()
        guard check <= now else { return }
        nextStallCheck = nil
        for connection in connections.values {
            guard let since = connection.lastSignOfReading(at: now) else { continue }
            if since + stallNanoseconds <= now {
                remove(connection.id, "took nothing for \(stallNanoseconds / 1_000_000_000) s")
            } else {
                nextStallCheck = min(nextStallCheck ?? .max, since + stallNanoseconds)
            }
        }
    }

    // MARK: The end

    /// Deregisters, tells every client, sends what can be sent within a second, and removes the socket's file.
    private func stop(_ signal: String) {
        let registered = feed.registeredCPUs
        feed.drainCompletely(registered, to: &broker)
        feed.deregister(registered)
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
        listening.removeFile()
        log.notice(
            "stopped",
            metadata: [
                "signal": "\(signal)", "deregistered": "\(registered)", "clients": "\(clients)",
                "unflushed": "\(connections.count)",
            ])
    }
}

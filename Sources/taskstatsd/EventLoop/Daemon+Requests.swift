import LinuxSystem
import Logging
import Netlink
import TaskstatsBroker
import TaskstatsModel
import TaskstatsProtocol

/// The path of a request: from socket to line, to broker, to kernel, and back.
///
/// A connection with input is queued until its principal is next. Clients that see everything come first, and again
/// between any two others; all others share a fixed part of the iteration. Reading, decoding, answering and sending the
/// answer are one piece of work, charged to the principal.
extension Daemon {
    /// Adds a connection to the request queue.
    func enqueue(_ connection: ClientConnection) {
        guard !connection.isWaiting, !connection.isAwaitingAnswer else { return }
        connection.isWaiting = true
        append(connection, to: \.privilegedRequests, or: \.ordinaryRequests)
    }

    /// Adds a connection to one of two queues, by its access.
    func append(
        _ connection: ClientConnection, to privileged: ReferenceWritableKeyPath<Daemon, FairQueue>,
        or ordinary: ReferenceWritableKeyPath<Daemon, FairQueue>
    ) {
        self[keyPath: connection.principal.isPrivileged ? privileged : ordinary].append(connection)
    }

    /// Removes a closed connection from every queue.
    func dequeue(_ connection: ClientConnection) {
        if connection.isWaiting {
            privilegedRequests.remove(connection)
            ordinaryRequests.remove(connection)
        }
        if connection.isReplaying {
            privilegedReplays.remove(connection)
            ordinaryReplays.remove(connection)
        }
        if connection.isSending {
            privilegedSends.remove(connection)
            ordinarySends.remove(connection)
        }
    }

    /// Serves connections with requests, as far as this iteration has time.
    func serveRequests() {
        servePrivilegedRequests()
        guard ownership.isMine else { return }
        forEach(in: \.ordinaryRequests, for: LoopTime.ordinaryRequests, beside: servePrivileged) { connection in
            serve(connection, isAlone: !ordinaryRequests.isContended)
        }
    }

    /// Serves clients that see everything, between two pieces of work for other clients.
    ///
    /// However long the queue of ordinary clients is, privileged ones wait for one piece of it at most. Ordinary
    /// clients with new requests join the queue.
    func servePrivileged() {
        handleClients()
        servePrivilegedRequests()
    }

    private func servePrivilegedRequests() {
        forEach(in: \.privilegedRequests, for: LoopTime.requests) { connection in
            serve(connection, isAlone: !privilegedRequests.isContended)
        }
    }

    /// Processes connections of a queue for a part of the iteration, and charges their principals for the CPU time.
    func forEach(
        in queue: ReferenceWritableKeyPath<Daemon, FairQueue>, for time: UInt64, beside interlude: () -> Void = {},
        _ work: (ClientConnection) -> Void
    ) {
        guard !self[keyPath: queue].isEmpty else { return }
        let slice = TimeSlice(nanoseconds: time)
        while !slice.isOver {
            // The exact time matters to principals that compete; reading it takes a system call.
            let isExact = self[keyPath: queue].isContended
            guard let connection = self[keyPath: queue].next() else { return }
            let begun = isExact ? SystemClock.threadCPUNanoseconds : SystemClock.monotonicNanoseconds
            work(connection)
            guard ownership.isMine else { return }
            let ended = isExact ? SystemClock.threadCPUNanoseconds : SystemClock.monotonicNanoseconds
            self[keyPath: queue].charge(ended - begun, to: connection.principal)
            interlude()
            guard ownership.isMine else { return }
        }
    }

    /// Serves requests of a connection for a limited time, and sends the answers.
    private func serve(_ connection: ClientConnection, isAlone: Bool) {
        connection.isWaiting = false
        let begun = SystemClock.monotonicNanoseconds
        let time = isAlone ? LoopTime.connection : LoopTime.connectionBesideOthers
        switch serveLines(of: connection, from: begun, for: time) {
        case .lost: return
        case .broken: return remove(connection.id, "broken")
        case .held: connection.hasHeldLines = true
        case .throttled: throttle(connection, at: begun)
        case .more: enqueue(connection)
        case .done: break
        }
        flush(connection)
    }

    private enum LinesOutcome {
        case done
        case more
        case held
        case throttled
        case broken
        /// Another thread runs the loop.
        case lost
    }

    private func serveLines(
        of connection: ClientConnection, from begun: UInt64, for time: UInt64
    ) -> LinesOutcome {
        let id = connection.id
        var now = begun
        connection.hasHeldLines = false
        repeat {
            guard broker.wantsRequests(of: id) else { return .held }
            if broker.mustThrottle(id, at: now) { return .throttled }
            let item = unsafe connection.framer.next { line in
                Result { () throws(RequestDecoder.Failure) in try unsafe RequestDecoder.decode(line) }
            }
            switch item {
            case .incomplete:
                guard connection.isReadable else { return .done }
                connection.isReadable = false
                switch connection.read() {
                case .read: break
                case .broken: return .broken
                case .passedDescriptors:
                    broker.end(id, reason: "descriptors cannot be passed to taskstatsd")
                    return .done
                }
            case .tooLong:
                broker.rejectLongLine(from: id, at: now)
                logRefusal(.debug, "refused a line", ["client": "\(id.number)", "reason": "too long"])
            case .line(.success(let request)):
                guard serve(request, of: connection, at: now) else { return .lost }
            case .line(.failure(let failure)):
                broker.reject(failure, from: id, at: now)
                logRefusal(
                    .debug, "refused a line", ["client": "\(id.number)", "reason": "\(failure.error.logText)"])
            }
            now = SystemClock.monotonicNanoseconds
        } while now - begun < time
        // epoll reports later input. Waiting for it in the queue would cost a second pass.
        return connection.isReadable || connection.framer.pendingBytes > 0 ? .more : .done
    }

    /// Stops reading from a client for a while because its principal exceeds the request limit by far.
    private func throttle(_ connection: ClientConnection, at now: UInt64) {
        connection.isThrottled = true
        throttled.append(connection)
        throttlingEndsAt = throttlingEndsAt ?? now + LoopTime.throttle
    }

    func endThrottling() {
        guard let end = throttlingEndsAt, end <= SystemClock.monotonicNanoseconds else { return }
        throttlingEndsAt = nil
        let formerlyThrottled = throttled
        throttled = []
        for connection in formerlyThrottled where connections[connection.id] != nil {
            connection.isThrottled = false
            enqueue(connection)
        }
    }

    /// Serves a request; false when another thread runs the loop now.
    private func serve(_ request: Request, of connection: ClientConnection, at now: UInt64) -> Bool {
        let id = connection.id
        switch request.call {
        case .subscribe, .unsubscribe:
            // Tasks that ended before the request belong to the previous subscription.
            feed.drainCompletely(broker.subscribedCPUs(of: id), to: &broker)
        case .get, .status, .describe: break
        }
        switch broker.handle(request, from: id, at: now) {
        case .answered: break
        case .refused(let error): logRefusal(of: request.call, to: id, error)
        case .query(let query): return answer(query, from: connection, for: request.call)
        case .register(let pending):
            // Nor do they belong to the new one on CPUs that other clients have already subscribed to.
            feed.drainCompletely(pending.subscription.cpus, to: &broker)
            register(pending, for: request.call)
        case .deregister(let cpus): feed.deregister(cpus, because: "client \(id.number) unsubscribed")
        case .status(let query):
            broker.answer(
                query, cpus: query.includesDaemon ? feed.counters : [],
                uptime: .nanoseconds(now - started),
                host: HostFacts.state(), origin: query.includesDaemon ? tracker?.status : nil)
        }
        return true
    }

    private func register(_ pending: Broker.PendingSubscription, for call: Request.Call) {
        var failure: ProtocolError?
        do throws(NetlinkError) {
            try feed.register(pending.newCPUs, loop, because: "client \(pending.client.number) subscribed")
        } catch {
            let refusal = ProtocolError(kernel: error)
            logRefusal(of: call, to: pending.client, refusal)
            failure = refusal
        }
        feed.deregister(
            broker.complete(
                pending, registration: failure, time: SystemClock.realtimeNanoseconds, nextSequence: feed.nextSequence),
            because: "client \(pending.client.number) subscribed to others")
        updateTracking()
    }

    func logRefusal(of call: Request.Call, to id: ClientID, _ error: ProtocolError) {
        logRefusal(
            .debug, "refused a request",
            ["client": "\(id.number)", "method": "\(call.method)", "reason": "\(error.logText)"])
    }
}

extension ProtocolError {
    /// The error's name and message, quoted for the log: the message may repeat a client's text, which could inject log
    /// lines.
    fileprivate var logText: String {
        var writer = JSONWriter()
        writer.string("\(name.rawValue): \(message)")
        return String(decoding: writer.finish().array, as: UTF8.self)
    }
}

import LinuxSystem
import Logging
import Netlink
import TaskstatsBroker
import TaskstatsModel
import TaskstatsProtocol

/// The way of a request: from a line to the broker, to whoever the broker asks, and back.
extension Daemon {
    /// A client's lines are to be handled, after those of whoever waits already.
    func wait(_ connection: ClientConnection) {
        guard !connection.isWaiting else { return }
        connection.isWaiting = true
        waiting.append(connection)
    }

    /// Handles the lines of those who wait, as far as their users have time left in this turn.
    func serveWaiting() {
        guard !waiting.isEmpty else { return }
        requestTime.beginTurn()
        let turn = waiting
        waiting = []
        var unserved: [ClientConnection] = []
        for connection in turn where connections[connection.id] != nil {
            if requestTime.left(to: connection.uid) > 0 {
                connection.isWaiting = false
                serveLines(of: connection)
            } else {
                unserved.append(connection)
            }
        }
        // Who was not served comes before who was.
        waiting = unserved + waiting
    }

    private func serveLines(of connection: ClientConnection) {
        let id = connection.id
        let left = requestTime.left(to: connection.uid)
        let begun = Clock.monotonic()
        var now = begun
        defer { requestTime.charge(now - begun, to: connection.uid) }
        connection.hasHeldLines = false
        repeat {
            guard broker.wantsRequests(of: id) else {
                connection.hasHeldLines = true
                return settle(connection)
            }
            if broker.mustRest(id, at: now) { return rest(connection, at: now) }
            let item = unsafe connection.framer.next { line in
                Result { () throws(RequestDecoder.Failure) in try unsafe RequestDecoder.decode(line) }
            }
            switch item {
            case .incomplete: return settle(connection)
            case .tooLong:
                broker.rejectLongLine(from: id, at: now)
                log.debug("refused a line", metadata: ["client": "\(id.number)", "reason": "too long"])
            case .line(.success(let request)): serve(request, of: id, at: now)
            case .line(.failure(let failure)):
                broker.reject(failure, from: id, at: now)
                log.debug(
                    "refused a line", metadata: ["client": "\(id.number)", "reason": "\(failure.error.logText)"])
            }
            now = Clock.monotonic()
        } while now - begun < left
        wait(connection)
    }

    /// Nothing is read from a client for a moment, as its user asks far more than is answered.
    private func rest(_ connection: ClientConnection, at now: UInt64) {
        connection.isResting = true
        resting.append(connection)
        restEndsAt = restEndsAt ?? now + Self.restNanoseconds
        settle(connection)
    }

    func endRest() {
        guard let end = restEndsAt, end <= Clock.monotonic() else { return }
        restEndsAt = nil
        let rested = resting
        resting = []
        for connection in rested where connections[connection.id] != nil {
            connection.isResting = false
            wait(connection)
        }
    }

    private func serve(_ request: Request, of id: ClientID, at now: UInt64) {
        switch request.call {
        case .subscribe, .unsubscribe:
            // What ended before the client asked belongs to the subscription that it had.
            feed.drainCompletely(broker.subscribedCPUs(of: id), to: &broker)
        case .get, .status, .describe: break
        }
        switch broker.handle(request, from: id, at: now) {
        case .answered: break
        case .refused(let error): logRefusal(of: request.call, to: id, error)
        case .query(let query):
            let answer = queries.answer(query)
            if case .refusal(let error) = answer { logRefusal(of: request.call, to: id, error) }
            broker.answer(query, with: answer)
        case .register(let pending):
            // Nor does it belong to the new one, on CPUs that others have subscribed to already.
            feed.drainCompletely(pending.cpus, to: &broker)
            register(pending, for: request.call)
        case .deregister(let cpus): feed.deregister(cpus, because: "client \(id.number) unsubscribed")
        case .status(let query):
            let nanosecondsPerMillisecond: UInt64 = 1_000_000
            broker.answer(
                query, cpus: query.includesDaemon ? feed.counters : [],
                uptimeMilliseconds: (now - started) / nanosecondsPerMillisecond,
                host: HostFacts.state())
        }
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
            broker.complete(pending, registration: failure),
            because: "client \(pending.client.number) subscribed to others")
    }

    private func logRefusal(of call: Request.Call, to id: ClientID, _ error: ProtocolError) {
        log.debug(
            "refused a request",
            metadata: ["client": "\(id.number)", "method": "\(call.method)", "reason": "\(error.logText)"])
    }
}

extension ProtocolError {
    /// The name and the text, for the log: quoted, as it may repeat what a client sent, who could write lines there.
    fileprivate var logText: String {
        var writer = JSONWriter()
        writer.string("\(name.rawValue): \(message)")
        return String(decoding: writer.finish().array, as: UTF8.self)
    }
}

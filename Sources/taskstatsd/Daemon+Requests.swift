import LinuxSystem
import Logging
import Netlink
import TaskstatsBroker
import TaskstatsModel
import TaskstatsProtocol

/// The way of a request: from a line to the broker, to whoever the broker asks, and back.
extension Daemon {
    func serveLines(of id: ClientID) {
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

    func serve(_ request: Request, of id: ClientID) {
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

    func register(_ pending: Broker.PendingSubscription) {
        var failure: ProtocolError?
        do throws(NetlinkError) {
            try feed.register(pending.newCPUs, loop)
        } catch {
            failure = ProtocolError(kernel: error)
        }
        feed.deregister(broker.complete(pending, registration: failure))
    }
}

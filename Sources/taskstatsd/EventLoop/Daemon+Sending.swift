import LinuxSystem
import Logging
import TaskstatsBroker

/// The path of queued data to the clients.
extension Daemon {
    /// Sends to clients that have new data or have room again, as far as this iteration has time.
    func flushDirty() {
        for id in broker.takeDirtyClients() {
            // The answer to a request was sent with it.
            guard broker.unsentBytes(of: id) > 0, let connection = connections[id] else { continue }
            enqueueSending(connection)
        }
        forEach(in: \.privilegedSends, for: LoopTime.sending, send(to:))
        forEach(in: \.ordinarySends, for: LoopTime.sending, beside: servePrivileged, send(to:))
    }

    /// Adds a connection to the send queue.
    func enqueueSending(_ connection: ClientConnection) {
        guard !connection.isSending else { return }
        connection.isSending = true
        append(connection, to: \.privilegedSends, or: \.ordinarySends)
    }

    private func send(to connection: ClientConnection) {
        connection.isSending = false
        flush(connection)
    }

    func flush(_ connection: ClientConnection) {
        let id = connection.id
        // epoll reports when its socket, which was full, has room.
        if connection.watched?.contains(.writable) == true { return settle(connection) }
        while broker.unsentBytes(of: id) > 0 {
            vector.removeAll()
            unsafe broker.forEachChunk(of: id, limit: SendVector.limit) { unsafe vector.append($0) }
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

    /// Sets the events to watch on a connection, or closes it when there are none left.
    func settle(_ connection: ClientConnection) {
        let id = connection.id
        let wantsRequests = broker.wantsRequests(of: id)
        if connection.hasHeldLines, wantsRequests { enqueue(connection) }
        let isPaused = connection.isThrottled || connection.isAwaitingAnswer
        let hasLines = connection.hasHeldLines || connection.isWaiting || isPaused
        let isDone = connection.hasEnded && !hasLines && broker.subscribedCPUs(of: id).isEmpty
        let isFlushed = broker.unsentBytes(of: id) == 0
        if broker.isFinished(id) || isDone && isFlushed { return remove(id, "finished") }
        var flags: EventFlags = []
        if !connection.hasEnded, !isPaused, !connection.isWaiting, wantsRequests {
            flags.insert(.readable)
        }
        if !isFlushed { flags.insert(.writable) }
        // A queued connection needs no events until it is served.
        if connection.isWaiting, flags.isEmpty { return }
        watch(connection, for: flags)
    }

    /// Changes the events that epoll reports of a connection.
    ///
    /// Readability is reported as long as there is input, so a client that sends a request when it has the answer to the
    /// last one costs no call here. Room to send is reported once.
    func watch(_ connection: ClientConnection, for flags: EventFlags) {
        guard flags != connection.watched else { return }
        do throws(SystemError) {
            try clientLoop.modify(
                connection.descriptor.number, .client(connection.id.number),
                flags.isOneShot ? flags.union(.once) : flags)
            connection.watched = flags
        } catch {
            remove(connection.id, "\(error)")
        }
    }
}

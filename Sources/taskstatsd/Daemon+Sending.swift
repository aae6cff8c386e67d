import LinuxSystem
import Logging
import TaskstatsBroker

/// The way of what waits for clients: out, as far as each takes it.
extension Daemon {
    func flushDirty() {
        for id in broker.takeDirtyClients() {
            if let connection = connections[id] { flush(connection) }
        }
    }

    func flush(_ connection: ClientConnection) {
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
    func settle(_ connection: ClientConnection) {
        let id = connection.id
        if connection.hasHeldLines, broker.wantsRequests(of: id) { wait(connection) }
        let hasLines = connection.hasHeldLines || connection.isWaiting || connection.isResting
        let isDone = connection.hasEnded && !hasLines && broker.subscribedCPUs(of: id).isEmpty
        let isFlushed = broker.unsentBytes(of: id) == 0
        if broker.isFinished(id) || isDone && isFlushed { return remove(id, "finished") }
        var flags: EventFlags = []
        if !connection.hasEnded, !connection.isResting, broker.wantsRequests(of: id) { flags.insert(.readable) }
        if !isFlushed { flags.insert(.writable) }
        guard flags != connection.watched else { return }
        do throws(SystemError) {
            try loop.modify(connection.descriptor.number, .client(id.number), flags)
            connection.watched = flags
        } catch {
            remove(id, "\(error)")
        }
    }
}

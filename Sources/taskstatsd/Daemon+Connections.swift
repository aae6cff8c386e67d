import LinuxSystem
import Logging
import TaskstatsBroker
import TaskstatsProtocol

/// Connections that come and go, and those that take nothing of what waits for them.
extension Daemon {
    func accept() {
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

    func acceptAgain() {
        guard acceptsAgainAt != nil else { return }
        acceptsAgainAt = nil
        try? loop.modify(listening.descriptor.number, .listener, .readable)
    }

    func admit(_ descriptor: consuming Descriptor) throws(SystemError) {
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

    func handle(_ id: ClientID, _ flags: EventFlags) {
        guard let connection = connections[id] else { return }
        if flags.contains(.writable) { flush(connection) }
        if flags.contains(.readable) {
            guard connection.read() else { return remove(id, "broken") }
            serveLines(of: id)
        } else if !flags.isDisjoint(with: .gone) {
            remove(id, "gone")
        }
    }

    func remove(_ id: ClientID, _ reason: String) {
        guard let connection = connections.removeValue(forKey: id) else { return }
        unfinished.remove(id)
        feed.deregister(broker.remove(id))
        ClientConnection.discardInput(connection.descriptor)
        log.debug("disconnected", metadata: ["client": "\(id.number)", "reason": "\(reason)"])
        acceptAgain()
    }

    // MARK: Stalled clients

    func noteStall(_ connection: ClientConnection) {
        guard let stallNanoseconds, connection.stalledSince == nil else { return }
        let now = Clock.monotonic()
        connection.noteStall(at: now)
        nextStallCheck = min(nextStallCheck ?? .max, now + stallNanoseconds)
    }

    /// Closes clients that have taken nothing for too long, and finds out when the next one may have.
    func closeStalled() {
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
}

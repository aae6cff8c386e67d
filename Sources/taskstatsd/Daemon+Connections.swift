import LinuxSystem
import Logging
import TaskstatsBroker
import TaskstatsProtocol

/// Connections that come and go, and those that take nothing of what waits for them.
extension Daemon {
    /// Lets in who waits, for a part of the turn that is short enough for those who are in.
    func accept() {
        let end = Clock.monotonic() + Self.acceptNanosecondsPerTurn
        repeat {
            do throws(SystemError) {
                guard let descriptor = try listening.accept() else { return }
                try admit(descriptor)
                isShort = false
            } catch {
                return pauseAccepting(error)
            }
        } while Clock.monotonic() < end
    }

    /// Descriptors are lacking, most likely: further connections stay in the backlog for a while, or until a client leaves.
    private func pauseAccepting(_ error: SystemError) {
        if !isShort { log.warning("cannot accept connections for now", metadata: ["error": "\(error)"]) }
        isShort = true
        acceptsAgainAt = Clock.monotonic() + Self.acceptPauseNanoseconds
        try? loop.modify(listening.descriptor.number, .listener, [])
    }

    func acceptAgain() {
        guard acceptsAgainAt != nil else { return }
        do throws(SystemError) {
            try loop.modify(listening.descriptor.number, .listener, .readable)
            acceptsAgainAt = nil
        } catch {
            acceptsAgainAt = Clock.monotonic() + Self.acceptPauseNanoseconds
        }
    }

    /// Makes a connection a client or says why not; fails only where that says nothing about this connection alone.
    private func admit(_ descriptor: consuming Descriptor) throws(SystemError) {
        let uid: UInt32
        let admission: Broker.Admission
        do throws(SystemError) {
            uid = try PeerCredentials.uid(descriptor)
            admission = try broker.admit(
                uid: uid, at: Clock.monotonic(),
                identify: { () throws(SystemError) in try PeerCredentials.read(descriptor) }, host: HostFacts.state())
        } catch {
            log.info("dropped a connection", metadata: ["error": "\(error)"])
            guard error.isShortage else { return }
            farewell(descriptor, [ServerLine.closing(reason: "taskstatsd is short of something: \(error)").array])
            throw error
        }
        switch admission {
        case .admitted(let id): try serve(id, uid, descriptor)
        case .refused(let lines, let reason):
            farewell(descriptor, lines)
            log.info("refused a connection", metadata: ["uid": "\(uid)", "reason": "\(reason)"])
        }
    }

    private func serve(_ id: ClientID, _ uid: UInt32, _ descriptor: consuming Descriptor) throws(SystemError) {
        let connection = ClientConnection(id: id, uid: uid, descriptor: descriptor)
        do throws(SystemError) {
            try loop.add(connection.descriptor.number, .client(id.number), .readable)
        } catch {
            feed.deregister(broker.remove(id), because: "client \(id.number) could not be served")
            throw error
        }
        connections[id] = connection
        log.debug("connected", metadata: ["client": "\(id.number)", "uid": "\(uid)"])
    }

    /// The last words to somebody who is no client.
    private func farewell(_ descriptor: borrowing Descriptor, _ lines: [[UInt8]]) {
        for line in lines { _ = vector.send(line, to: descriptor) }
        ClientConnection.discardInput(descriptor)
    }

    func handle(_ id: ClientID, _ flags: EventFlags) {
        guard let connection = connections[id] else { return }
        if flags.contains(.writable) { flush(connection) }
        if flags.contains(.readable) {
            // What was read before comes first.
            if connection.isWaiting { return }
            guard connection.read() else { return remove(id, "broken") }
            wait(connection)
        } else if !flags.isDisjoint(with: .gone) {
            remove(id, "gone")
        }
    }

    func remove(_ id: ClientID, _ reason: String) {
        guard let connection = connections.removeValue(forKey: id) else { return }
        feed.deregister(broker.remove(id), because: "client \(id.number) left: \(reason)")
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

import Glibc
import LinuxSystem
import Logging
import TaskstatsBroker
import TaskstatsProtocol

/// Accepting and closing connections, and detecting stalled clients.
extension Daemon {
    /// Accepts connections for a part of the iteration, and serves clients that see all processes in between.
    ///
    /// The backlog is served in the order of arrival, and any user can fill it. So it must be emptied soon.
    func accept() {
        let slice = TimeSlice(nanoseconds: LoopTime.accepting)
        let acceptedAtOnce = 16
        var accepted = 0
        repeat {
            accepted += 1
            if accepted.isMultiple(of: acceptedAtOnce) { servePrivileged() }
            guard ownership.isMine else { return }
            do throws(SystemError) {
                guard closer.hasRoom else { throw SystemError("close", errno: EAGAIN) }
                guard let descriptor = try listening.accept() else { return }
                try admit(descriptor)
                isShort = false
            } catch {
                return pauseAccepting(error)
            }
        } while !slice.isOver
    }

    /// Stops accepting for a while, or until a client leaves: descriptors are probably exhausted.
    ///
    /// Connections stay in the backlog.
    private func pauseAccepting(_ error: SystemError) {
        if !isShort { log.warning("cannot accept connections for now", metadata: ["error": "\(error)"]) }
        isShort = true
        acceptsAgainAt = SystemClock.monotonicNanoseconds + LoopTime.acceptPause
        try? loop.modify(listening.descriptor.number, .listener, [])
    }

    func acceptAgain() {
        guard acceptsAgainAt != nil else { return }
        do throws(SystemError) {
            try loop.modify(listening.descriptor.number, .listener, .readable)
            acceptsAgainAt = nil
        } catch {
            acceptsAgainAt = SystemClock.monotonicNanoseconds + LoopTime.acceptPause
        }
    }

    /// Makes a connection a client or refuses it; throws only for errors that are not specific to this connection.
    private func admit(_ descriptor: consuming Descriptor) throws(SystemError) {
        let caller: Caller
        let admission: Broker.Admission
        var isGuarded = true
        do throws(SystemError) {
            isGuarded = try PassedDescriptors.refuse(on: descriptor)
            caller = try PeerCredentials.caller(descriptor)
            admission = try broker.admit(
                caller, at: SystemClock.monotonicNanoseconds,
                identify: { () throws(SystemError) in
                    try PeerCredentials.identify(caller, descriptor, subordinates.current())
                }, host: HostFacts.state())
        } catch {
            logRefusal(.info, "dropped a connection", ["error": "\(error)"])
            guard error.isResourceExhaustion else { return dismiss(descriptor, isGuarded: isGuarded, []) }
            let reason = "resources exhausted: \(error)"
            dismiss(descriptor, isGuarded: isGuarded, [ServerLine.closing(reason: reason).array])
            throw error
        }
        switch admission {
        case .admitted(let id):
            guard let principal = broker.principal(of: id) else { return }
            try serve(
                ClientConnection(id: id, principal: principal, descriptor: descriptor, isGuarded: isGuarded))
        case .refused(let lines, let reason):
            dismiss(descriptor, isGuarded: isGuarded, lines)
            logRefusal(.info, "refused a connection", ["uid": "\(caller.uid)", "reason": "\(reason)"])
        }
    }

    private func serve(_ connection: ClientConnection) throws(SystemError) {
        let id = connection.id
        do throws(SystemError) {
            try clientLoop.add(connection.descriptor.number, .client(id.number), .readable)
        } catch {
            let unwanted = broker.remove(id, connectionStaysOpen: connection.isGuarded)
            feed.deregister(unwanted, because: "client \(id.number) could not be served")
            if connection.isGuarded { closer.close(connection.takeDescriptor(), of: id) }
            throw error
        }
        connections[id] = connection
        log.debug("connected", metadata: ["client": "\(id.number)", "uid": "\(connection.principal.uid)"])
    }

    /// Sends the final lines to a refused peer and closes the connection.
    private func dismiss(_ descriptor: consuming Descriptor, isGuarded: Bool, _ lines: [[UInt8]]) {
        for line in lines { _ = vector.send(line, to: descriptor) }
        if isGuarded {
            closer.close(descriptor, of: nil)
        } else {
            ClientConnection.discardInput(descriptor)
        }
    }

    /// Enqueues connections that have requests, or that have room for queued data.
    func handleClients() {
        if let events = try? clientLoop.wait(milliseconds: 0) { handle(events) }
    }

    func handle(_ events: [(source: EventSource, flags: EventFlags)]) {
        for case (.client(let number), let flags) in events { handle(ClientID(number: number), flags) }
    }

    private func handle(_ id: ClientID, _ flags: EventFlags) {
        guard let connection = connections[id] else { return }
        if connection.watched?.isOneShot == true { connection.watched = nil }
        // A disconnected peer reads no answer.
        if !flags.isDisjoint(with: .gone) { return remove(id, "gone") }
        if flags.contains(.writable) { enqueueSending(connection) }
        if flags.contains(.readable) {
            // Input is reported again until it is read; a connection whose turn comes later need not be reported.
            if connection.isReadable { watch(connection, for: []) }
            connection.isReadable = true
            enqueue(connection)
        }
    }

    func remove(_ id: ClientID, _ reason: String) {
        guard let connection = connections.removeValue(forKey: id) else { return }
        dequeue(connection)
        let unwanted = broker.remove(id, connectionStaysOpen: connection.isGuarded)
        feed.deregister(unwanted, because: "client \(id.number) left: \(reason)")
        if connection.isGuarded {
            clientLoop.remove(connection.descriptor.number)
            closer.close(connection.takeDescriptor(), of: id)
        } else {
            ClientConnection.discardInput(connection.descriptor)
        }
        log.debug("disconnected", metadata: ["client": "\(id.number)", "reason": "\(reason)"])
        acceptAgain()
    }

    /// Releases the connections that were closed outside the loop.
    func releaseClosed() {
        for id in closer.takeClosed() { broker.closed(id) }
        acceptAgain()
    }

    // MARK: Stalled clients

    func noteStall(_ connection: ClientConnection) {
        guard let stallNanoseconds, connection.stalledSince == nil else { return }
        let now = SystemClock.monotonicNanoseconds
        connection.noteStall(at: now)
        nextStallCheck = min(nextStallCheck ?? .max, now + stallNanoseconds)
    }

    /// Closes clients that have read nothing for too long, and schedules the next check.
    func closeStalled() {
        guard let stallNanoseconds, let check = nextStallCheck else { return }
        let now = SystemClock.monotonicNanoseconds
        guard check <= now else { return }
        nextStallCheck = nil
        for connection in connections.values {
            guard let since = connection.lastSignOfReading(at: now) else { continue }
            if since + stallNanoseconds <= now {
                remove(connection.id, "read nothing for \(stallNanoseconds / 1_000_000_000) s")
            } else {
                nextStallCheck = min(nextStallCheck ?? .max, since + stallNanoseconds)
            }
        }
    }
}

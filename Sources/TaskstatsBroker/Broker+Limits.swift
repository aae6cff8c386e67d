import TaskstatsProtocol

/// The bounds of connections, of requests, and of what waits; each is told with its name, what it allows and what is used.
extension Broker {
    /// The limit that keeps a uid from one more connection, if any; found from the uid alone, so that refusing is cheap.
    func connectionLimit(_ account: Account, at now: UInt64) -> ProtocolError.Limit? {
        let limits = settings.limits
        if account.connections >= limits.connectionsPerUID {
            return .init("connections_per_uid", allowed: limits.connectionsPerUID, used: account.connections)
        }
        if accounts.connections >= limits.connectionsInAll {
            return .init("connections", allowed: limits.connectionsInAll, used: accounts.connections)
        }
        // Root can do worse to the daemon than to connect often.
        if account.uid != 0, !account.newConnections.hasToken(at: now) {
            return .init(
                "connections_per_second", allowed: limits.connectionsPerSecond,
                used: account.newConnections.used(at: now))
        }
        return nil
    }

    /// Whether a client's uid has used up its requests, and the refusals of further ones: for a while nothing is to be
    /// read from it.
    package func mustRest(_ id: ClientID, at now: UInt64) -> Bool {
        guard let client = clients[id], client.access != .all else { return false }
        return !client.account.requests.hasToken(at: now) && !client.account.refusals.hasToken(at: now)
    }

    /// Charges a request, or a line that was none, to the client's uid; the limit when it has used up its requests.
    func charge(_ client: Client, at now: UInt64) -> ProtocolError.Limit? {
        if client.access == .all || client.account.requests.take(at: now) { return nil }
        _ = client.account.refusals.take(at: now)
        return .init(
            "requests_per_second", allowed: settings.limits.requestsPerSecond,
            used: client.account.requests.used(at: now))
    }

    /// Whether so many more bytes stay within what may wait for a client, for its uid and in all.
    func hasRoom(_ client: Client, for bytes: Int) -> Bool {
        let limits = settings.limits
        let own = client.outbox.unsentBytes + bytes
        return own <= limits.queueBytes
            && leavesRoom(own, of: client.account.unsentBytes + bytes, within: limits.queueBytesPerUID)
            && leavesRoom(own, of: accounts.unsentBytes + bytes, within: limits.queueBytesInAll)
    }

    /// What waits for one client is at most what it leaves free for others.
    ///
    /// So who reads always finds room, however many do not: those share all but one part evenly, as many parts as they
    /// are and one more. Buffers of network switches are shared by the same rule (dynamic thresholds).
    private func leavesRoom(_ own: Int, of together: Int, within limit: Int) -> Bool { own <= limit - together }
}

extension ProtocolError.Limit {
    /// What people are told.
    var text: String { "\(limit) allows \(allowed), used are \(used)" }
}

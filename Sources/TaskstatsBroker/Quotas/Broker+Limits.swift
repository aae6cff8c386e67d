import TaskstatsProtocol

/// The limits of connections, requests and queued bytes; each is reported with its name, its maximum and the current
/// use.
///
/// Ordinary clients never exhaust shared resources: a part of connections and memory is reserved for clients that see
/// everything, so that an administrator can connect and is served regardless of all other clients.
extension Broker {
    /// Returns the limit that prevents another connection of a principal, if any.
    func connectionLimit(_ quota: UserQuota, at now: UInt64) -> ProtocolError.Limit? {
        let limits = settings.limits
        if quota.connections >= limits.connectionsPerUID {
            return .init("connections_per_uid", allowed: limits.connectionsPerUID, used: quota.connections)
        }
        if quotas.connections >= limits.connectionsInAll {
            return .init("connections", allowed: limits.connectionsInAll, used: quotas.connections)
        }
        // A client that sees everything can burden the daemon more than by connecting often.
        if quota.principal.isPrivileged { return nil }
        // Every principal leaves as much room as it uses, so a late one finds room among any number of others.
        if !leavesRoom(
            quota.connections + 1, of: quotas.ordinaryConnections + 1, within: limits.ordinaryConnections + 1)
        {
            return .init("connections", allowed: limits.ordinaryConnections, used: quotas.ordinaryConnections)
        }
        if !quota.newConnections.hasToken(at: now) {
            return .init(
                "connections_per_second", allowed: limits.connectionsPerSecond,
                used: quota.newConnections.used(at: now))
        }
        return nil
    }

    /// Returns the limit that prevents a client's subscription, if any.
    ///
    /// Each different subscription costs another evaluation and encoding of its user's records.
    func subscriptionLimit(_ client: Client, _ key: SubscriptionGroup.Key) -> ProtocolError.Limit? {
        guard let principal = key.principal, !routes.contains(key) else { return nil }
        let isReplaced = client.replay != nil || client.subscription.map { $0.subscribers.count == 1 } ?? false
        let used = routes.groupCount(of: principal) - (isReplaced ? 1 : 0)
        guard used >= settings.limits.subscriptionsPerUID else { return nil }
        return .init("subscriptions_per_uid", allowed: settings.limits.subscriptionsPerUID, used: used)
    }

    /// Returns whether a client's principal has used up its requests and refusals, so that it must be throttled.
    package func mustThrottle(_ id: ClientID, at now: UInt64) -> Bool {
        guard let client = clients[id], client.access != .all else { return false }
        return !client.quota.requests.hasToken(at: now) && !client.quota.refusals.hasToken(at: now)
    }

    /// Charges a request or an invalid line to the client's principal; returns the limit if its requests are used up.
    func charge(_ client: Client, at now: UInt64) -> ProtocolError.Limit? {
        if client.access == .all || client.quota.requests.take(at: now) { return nil }
        _ = client.quota.refusals.take(at: now)
        return .init(
            "requests_per_second", allowed: settings.limits.requestsPerSecond,
            used: client.quota.requests.used(at: now))
    }

    /// Returns whether this many more bytes stay within the limits of a client's queue, of its principal, and of
    /// memory.
    func hasRoom(_ client: Client, for bytes: Int) -> Bool {
        let limits = settings.limits
        let own = client.outbox.unsentBytes + bytes
        guard own <= limits.queueBytes,
            leavesRoom(own, of: client.quota.queuedBytes + bytes, within: limits.queueBytesPerUID)
        else { return false }
        let isPrivileged = client.quota.principal.isPrivileged
        // The lines of clients that see everything are shared by all of these, and belong to no principal.
        let ownMemory = isPrivileged ? own : client.quota.memoryBytes + bytes
        return leavesRoom(
            ownMemory, of: quotas.memoryBytes(ofPrivileged: isPrivileged) + bytes,
            within: limits.queueBytes(ofPrivileged: isPrivileged))
    }

    /// Returns whether the bytes queued for one party are at most what they leave free for others.
    ///
    /// So a party that reads always finds room, however many do not: n such parties share n of n + 1 equal parts.
    /// Buffers of network switches are shared by the same rule (dynamic thresholds).
    private func leavesRoom(_ own: Int, of together: Int, within limit: Int) -> Bool { own <= limit - together }
}

extension ProtocolError.Limit {
    /// The limit in words.
    package var text: String { "limit reached (\(limit): \(used) of \(allowed) in use)" }
}

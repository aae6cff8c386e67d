import Glibc
import TaskstatsModel
import TaskstatsProtocol
import TestSupport

/// The clients' actions: they connect, subscribe, stop reading, disconnect and are cut off.
extension ConservationRun {
    func act() throws {
        let client = clients.randomElement(using: &random)
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<30: try join()
        case 30..<45: client?.isReading = false
        case 45..<55: client?.isReading = true
        case 55..<70: if let client { try subscribe(client) }
        case 70..<78: if let client { try leave(client) }
        case 78..<82:
            if let client {
                try unsubscribe(client)
                try subscribe(client)
            }
        case 82..<90: if let client { cutOff(client) }
        case 90..<95: try watch()
        default: try pauseDaemon()
        }
    }

    private func join() throws {
        guard clients.count < Self.clientLimit else { return }
        // Most have access to everything: they show which records the daemon had.
        let choice =
            random.chance(60) ? .everything : StreamClient.SubscriptionChoice.allCases.randomElement(using: &random)
        let client = try StreamClient(
            clients.count + departed.count, path: daemon.socket, choice: choice ?? .everything,
            overflow: random.chance(15) ? .disconnect : .drop, hasAllFields: random.chance(40))
        clients.append(client)
        try subscribe(client)
    }

    /// Subscribes, or replaces the subscription.
    private func subscribe(_ client: StreamClient) throws {
        let cpus = CPUSet((0..<Host.onlineCPUs).filter { _ in random.chance(60) })
        try change(client, to: cpus.isEmpty ? CPUSet(0..<Host.onlineCPUs) : cpus)
    }

    private func unsubscribe(_ client: StreamClient) throws { try change(client, to: CPUSet()) }

    private func change(_ client: StreamClient, to cpus: CPUSet) throws {
        guard client.isConnected else { return }
        let earliest = try recorder.read()
        let id = cpus.isEmpty ? try client.send(.unsubscribe) : try client.subscribe(to: cpus)
        guard let reply = try answer(client, id) else { return }
        if case .error(let error) = reply {
            // The previous subscription stays in force.
            if !allowsRefusals { outcome.problems.append("client \(client.number): refused: \(error)") }
            return
        }
        var latest = try recorder.read()
        // A record reaches the daemon and the reference listener one after the other, so one per CPU may be in transit.
        if !storms.isEmpty { latest = latest.map { $0 + 1 } }
        client.changes[id] = StreamClient.Change(
            cpus: cpus, boundary: StreamClient.Boundary(earliest: earliest, latest: latest))
    }

    /// Waits for an answer; nil when the daemon closed the connection instead.
    private func answer(_ client: StreamClient, _ id: Int64) throws -> ServerEvent.Reply? {
        client.isReading = true
        while client.answer(to: id) == nil {
            guard client.isConnected else { return nil }
            try step()
        }
        return client.answer(to: id)
    }

    /// Unsubscribes, and compares the daemon's counters with the received lines.
    func leave(_ client: StreamClient) throws {
        try unsubscribe(client)
        guard client.isConnected, let reply = try answer(client, client.send(.status)) else { return }
        guard case .status(let status) = reply else { throw TestFailure("\(reply) in place of counters") }
        let told = client.told
        let counted = status.connection
        if counted.delivered != told.delivered || counted.lostInQueue != told.lostInQueue
            || counted.lostInKernel != told.lostInKernel
        {
            outcome.problems.append("client \(client.number): received \(told), counted \(counted)")
        }
        depart(client)
    }

    /// Closes a connection, regardless of unread data.
    private func cutOff(_ client: StreamClient) { depart(client) }

    func depart(_ client: StreamClient) {
        client.close()
        clients.removeAll { $0 === client }
        departed.append(client)
    }

    // MARK: Other actions

    /// Starts a program to be killed, or kills one.
    private func watch() throws {
        if let watcher = watchers.first {
            try end(watcher)
        } else {
            watchers.append(try Watcher(daemon, positions: try recorder.read()))
        }
    }

    func end(_ watcher: Watcher) throws {
        try watcher.kill()
        watchers.removeAll { $0 === watcher }
        for (cpu, position) in try recorder.read().enumerated() {
            otherRegistrations.append((cpu, watcher.positions[cpu]...position))
        }
    }

    /// Keeps the daemon from reading while tasks end.
    private func pauseDaemon() throws {
        let until = try recorder.read().reduce(0, +) + Int.random(in: 1...size.tasksPerStorm, using: &random)
        kill(daemon.pid, SIGSTOP)
        defer { kill(daemon.pid, SIGCONT) }
        while !storms.isEmpty, recorder.count < until {
            let ready = try step(storms.map(\.descriptor) + recorder.descriptors)
            if storms.contains(where: { ready.contains($0.descriptor) }) { break }
            try recorder.read()
        }
    }

    /// Waits until the daemon has noticed that all clients left.
    func expectNobodyLeft() throws {
        let observer = try daemon.connect()
        let clock = ContinuousClock()
        let deadline = clock.now + .milliseconds(Int(Self.timeoutMilliseconds))
        while try observer.status().daemon?.registeredCPUs != "" {
            if clock.now > deadline { throw TestFailure("registrations are left behind") }
        }
    }
}

import Glibc
import LinuxSystem
import Taskstats
import TaskstatsProtocol

/// A daemon that serves a recording: one thread that waits for clients and for the times of records.
final class RecordingServer {
    /// The number of connections, as taskstatsd allows them to one user.
    static let connectionLimit = 32

    private let recording: ServedRecording
    private let behavior: ServeBehavior
    private let server: ServerInfo
    private let start = SystemClock.monotonicNanoseconds
    private var connections: [ServedConnection] = []
    private var queueHighWater = 0

    init(_ recording: ServedRecording, _ behavior: ServeBehavior, instance: String?) {
        self.recording = recording
        self.behavior = behavior
        server = Self.server(recording.header, instance: instance)
    }

    /// Serves until the descriptor is readable.
    func serve(on socket: borrowing ServingSocket, until interruption: Int32) throws(SystemError) {
        while true {
            var entries = [
                pollfd(fd: interruption, events: Int16(POLLIN), revents: 0),
                pollfd(fd: socket.descriptor.number, events: Int16(POLLIN), revents: 0),
            ]
            entries += connections.map { pollfd(fd: $0.descriptor.number, events: $0.events, revents: 0) }
            _ = unsafe poll(&entries, nfds_t(entries.count), timeout)
            if entries[0].revents != 0 { return end() }
            let (present, counts) = (present, counts)
            for (connection, entry) in zip(connections, entries.dropFirst(2)) where entry.revents != 0 {
                connection.read(at: present, counts)
                // Both directions are shut down: nothing that is sent can arrive.
                if entry.revents & Int16(POLLHUP | POLLERR) != 0 { connection.close() }
            }
            if entries[1].revents != 0 { try accept(from: socket) }
            for connection in connections { connection.send(at: present, counts) }
            let longest = connections.map(\.session.counters.queueHighWater).max() ?? 0
            queueHighWater = max(queueHighWater, queuedBytes, longest)
            connections.removeAll { $0.isOver }
        }
    }

    /// The time until the next record is due, in milliseconds; -1 if none is.
    private var timeout: Int32 {
        guard let due = connections.compactMap(\.due).min() else { return -1 }
        let now = SystemClock.monotonicNanoseconds
        return due > now ? Int32(clamping: (due - now) / 1_000_000 + 1) : 0
    }

    private var present: ServedSession.Present {
        ServedSession.Present(monotonic: SystemClock.monotonicNanoseconds, realtime: SystemClock.realtimeNanoseconds)
    }

    private var counts: ServedSession.Counts {
        ServedSession.Counts(
            clients: connections.count, subscriptions: connections.compactMap(\.session.counters.cpus),
            queuedBytes: queuedBytes, queueHighWater: queueHighWater,
            uptime: .nanoseconds(SystemClock.monotonicNanoseconds - start))
    }

    private var queuedBytes: Int { connections.reduce(0) { $0 + $1.session.output.count } }

    private func accept(from socket: borrowing ServingSocket) throws(SystemError) {
        while let descriptor = try socket.accept() {
            var behavior = behavior
            if connections.count >= Self.connectionLimit { behavior.refusals.append(.tooManyConnections) }
            connections.append(ServedConnection(descriptor, ServedSession(recording, behavior, server)))
        }
    }

    private func end() {
        for connection in connections {
            connection.session.close(reason: "taskstatsd is stopping")
            connection.send(at: present, counts)
        }
    }

    /// Returns the daemon that made the recording, with what this one can do.
    static func server(_ header: RecordingHeader, instance: String?) -> ServerInfo {
        var server = header.server
        server.protocolVersion = ProtocolLimits.version
        server.instance = instance ?? server.instance
        server.limits = ServiceLimits(queueBytes: 8 << 20, connectionsPerUID: connectionLimit)
        if server.access == .own {
            server.limits.connectionsPerSecond = 100
            server.limits.requestsPerSecond = 5_000
            server.limits.subscriptionsPerUID = 16
        }
        server.features = ServerInfo.currentFeatures + [ServerInfo.historyFeature]
        // No daemon has only one of the features origin and starts; a recording can lack either.
        if header.subscription.origin || header.subscription.starts { server.features += ServerInfo.originFeatures }
        return server
    }
}

import LinuxSystem
import Netlink
import TaskstatsBroker
import TaskstatsModel

/// The records that the daemon keeps.
struct HistorySettings: Sendable {
    /// The maximum size, in bytes.
    var limitBytes: Int
    /// Whether they have the origin of their process even if no client needs origins.
    var withOrigin: Bool
}

/// The path of the history to the clients.
///
/// The daemon is a subscriber of all CPUs for its own history. A client whose subscription starts in the past is served
/// from there in small steps, each of them between two pieces of work for others, until it has caught up.
extension Daemon {
    /// Registers all CPUs and keeps their records from now on, if that is requested.
    func beginHistory() throws(NetlinkError) {
        guard let history else { return }
        let cpus = broker.possibleCPUs
        try feed.register(cpus, loop, because: "for the history")
        broker.keepHistory(
            of: cpus, limitBytes: history.limitBytes, withOrigin: history.withOrigin,
            since: SystemClock.realtimeNanoseconds)
    }

    /// Continues the replays that have room in their queues, as far as this iteration has time.
    func continueReplays() {
        for id in broker.takeReplays() {
            if let connection = connections[id] { enqueueReplay(connection) }
        }
        forEach(in: \.privilegedReplays, for: LoopTime.replaying, continueReplay(to:))
        forEach(in: \.ordinaryReplays, for: LoopTime.replaying, beside: servePrivileged, continueReplay(to:))
    }

    private func enqueueReplay(_ connection: ClientConnection) {
        guard !connection.isReplaying else { return }
        connection.isReplaying = true
        append(connection, to: \.privilegedReplays, or: \.ordinaryReplays)
    }

    private func continueReplay(to connection: ClientConnection) {
        connection.isReplaying = false
        if broker.replay(connection.id) == .more { enqueueReplay(connection) }
    }
}

import TaskstatsClient
import Testing

/// A client with a subscription, and everything that it was told.
struct Subscriber {
    let connection: TaskstatsConnection

    init(_ daemon: RunningDaemon, _ subscription: Subscription = Subscription()) throws {
        connection = try daemon.connect()
        try connection.subscribe(subscription)
    }

    /// Leaves, and returns what it was told of everything that ended before it left.
    func leave() throws -> [TaskstatsEvent] {
        try connection.unsubscribe()
        var events: [TaskstatsEvent] = []
        while let event = try connection.nextReceived() { events.append(event) }
        return events
    }
}

extension [TaskstatsEvent] {
    /// The exit records among them.
    var exits: [ExitRecord] { compactMap { if case .exit(let record) = $0 { record } else { nil } } }

    /// The records that are missing among them.
    var lost: UInt64 { reduce(0) { if case .lost(let loss) = $1 { $0 + loss.count } else { $0 } } }

    /// The record of a task.
    func record(of pid: UInt32) throws -> ExitRecord { try #require(exits.first { $0.pid == pid }) }
}

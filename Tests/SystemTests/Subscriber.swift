import Glibc
import TaskstatsClient
import Testing

/// A client with a subscription, and everything that it was told.
struct Subscriber {
    let connection: TaskstatsConnection
    private let subscription: Subscription

    /// Only threads and processes that this test starts itself: for one that does not read while others on the machine
    /// end tasks too.
    static var ownTasks: RecordFilter {
        var filter = RecordFilter()
        filter.ppids = [UInt32(getpid())]
        return filter
    }

    init(_ daemon: RunningDaemon, _ subscription: Subscription = Subscription()) throws {
        connection = try daemon.connect()
        self.subscription = subscription
        try connection.subscribe(subscription)
    }

    /// Stays, and returns what it was told of everything that has ended.
    func catchUp() throws -> [TaskstatsEvent] {
        try connection.subscribe(subscription)
        return try received()
    }

    /// Leaves, and returns what it was told of everything that ended before it left.
    func leave() throws -> [TaskstatsEvent] {
        try connection.unsubscribe()
        return try received()
    }

    private func received() throws -> [TaskstatsEvent] {
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

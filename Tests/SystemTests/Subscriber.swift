import CLinux
import Glibc
import LinuxSystem
import Taskstats
import TestSupport
import Testing

/// A client with a subscription, and all its received records and losses.
struct Subscriber {
    let connection: TaskstatsConnection
    private let subscription: Subscription

    /// Selects only threads and processes started by this test, for a client that does not read while others on the
    /// machine end tasks too.
    static var ownTasks: RecordFilter { .children(of: getpid()) }

    init(_ daemon: RunningDaemon, _ subscription: Subscription = Subscription()) throws {
        connection = try daemon.connect()
        self.subscription = subscription
        try connection.subscribe(subscription)
    }

    /// Waits for the next event.
    func next() throws -> TaskstatsEvent {
        let limit = Deadline.usualLimit
        let timer = try Descriptor(clinux_timer(UInt64(limit / .nanoseconds(1)), 0), of: "timerfd")
        guard let event = try connection.next(interruptedBy: timer.number) else {
            throw TimedOut(limit, waitingFor: "an event of the daemon")
        }
        return event
    }

    /// Returns the records and losses of all tasks that have ended, without leaving.
    func catchUp() throws -> [TaskstatsEvent] {
        try connection.subscribe(subscription)
        return try received()
    }

    /// Leaves, and returns the records and losses of all tasks that ended before.
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

extension RecordFilter {
    /// Selects only tasks whose parent is this process.
    static func children(of parent: pid_t) -> RecordFilter {
        var filter = RecordFilter()
        filter.ppids = [UInt32(parent)]
        return filter
    }
}

extension [TaskstatsEvent] {
    /// The exit records among them.
    var exits: [ExitRecord] { compactMap { if case .exit(let record) = $0 { record } else { nil } } }

    /// The losses among them.
    var lost: UInt64 { reduce(0) { if case .lost(let loss) = $1 { $0 + (loss.count ?? 0) } else { $0 } } }

    /// Returns the record of a task.
    func record(of pid: UInt32) throws -> ExitRecord { try #require(exits.first { $0.pid == pid }) }
}

import Glibc
import Taskstats
import TaskstatsProtocol

/// The commands of the kit, carried out by ``TaskstatsConnection``.
enum Blocking {
    static func get(_ target: QueryTarget, _ fields: FieldSet) throws(TaskstatsError) {
        guard let connection = connect() else { return }
        let record: TaskRecord
        switch target {
        case .pid(let pid): record = try connection.stats(ofTask: pid, fields: fields)
        case .tgid(let tgid): record = try connection.stats(ofProcess: tgid, fields: fields)
        case .cgroup: preconditionFailure("no case gets a cgroup")
        }
        Events.result(of: target, record)
    }

    static func subscribe(_ subscription: Subscription) throws(TaskstatsError) {
        guard let connection = try subscribed(subscription) else { return }
        Events.closed(events(of: connection))
    }

    static func follow(_ subscription: Subscription) throws(TaskstatsError) {
        guard let connection = try subscribed(subscription) else { return }
        while true {
            Events.closed(events(of: connection))
            let instance = connection.server.instance
            try reconnect(connection)
            Events.reconnected(isNewInstance: connection.server.instance != instance)
        }
    }

    private static func connect() -> TaskstatsConnection? {
        do throws(TaskstatsError) {
            return try TaskstatsConnection.connect(path: ConformanceClient.path)
        } catch {
            Events.closed(error)
            return nil
        }
    }

    private static func subscribed(_ subscription: Subscription) throws(TaskstatsError) -> TaskstatsConnection? {
        guard let connection = connect() else { return nil }
        try connection.subscribe(subscription)
        return connection
    }

    /// Shows the events of a connection; returns the error with which it ended.
    private static func events(of connection: TaskstatsConnection) -> TaskstatsError {
        while true {
            do throws(TaskstatsError) {
                Events.show(try connection.next())
            } catch {
                return error
            }
        }
    }

    private static func reconnect(_ connection: TaskstatsConnection) throws(TaskstatsError) {
        var attempt = 1
        while true {
            do throws(TaskstatsError) {
                return try connection.reconnect()
            } catch {
                guard let delay = Reconnection.always.delay(beforeAttempt: attempt, after: error) else { throw error }
                usleep(UInt32(delay / .microseconds(1)))
                attempt += 1
            }
        }
    }
}

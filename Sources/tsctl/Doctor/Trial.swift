import CLinux
import Glibc
import LinuxSystem
import Taskstats

/// A trial of the daemon: a query for this process, and the report of a child's exit.
struct Trial {
    /// The reply to the query.
    let answer: Result<TaskRecord, TaskstatsError>
    /// The outcome for the child's record.
    let outcome: ExitCheck.Outcome
    /// The daemon's counters while this process was subscribed.
    let status: DaemonStatus?

    init(_ connection: TaskstatsConnection) {
        do throws(TaskstatsError) {
            answer = .success(try connection.stats(ofTask: getpid()))
        } catch {
            answer = .failure(error)
        }
        do throws(TaskstatsError) {
            (outcome, status) = try Self.watchChild(connection)
        } catch {
            (outcome, status) = (.failed(error), nil)
        }
    }

    private static func watchChild(
        _ connection: TaskstatsConnection
    ) throws(TaskstatsError) -> (ExitCheck.Outcome, DaemonStatus) {
        var filter = RecordFilter()
        filter.ppids = [UInt32(getpid())]
        try connection.subscribe(Subscription(fields: [.acComm], filter: filter))
        var child: Int32 = 0
        var errno = ENODEV
        // The first CPU on which this process may run.
        for cpu in connection.server.onlineCPUs where errno != 0 {
            errno = unsafe clinux_end_child_on_cpu(Int32(cpu), &child)
        }
        let status = try connection.status()
        // The records of earlier exits precede the reply.
        try connection.unsubscribe()
        guard errno == 0 else { return (.noChild(errno: errno), status) }
        var outcome = ExitCheck.Outcome.missing(pid: UInt32(child))
        while let event = try connection.nextReceived() {
            switch event {
            case .exit(let record) where record.pid == UInt32(child): return (.arrived(cpu: record.cpu), status)
            case .lost(let lost): outcome = .lost(lost.count)
            case .exit, .closing: continue
            }
        }
        return (outcome, status)
    }
}

import CLinux
import Glibc
import Taskstats

/// A trial of the kernel: children write and wait for the disk while others keep their CPU busy.
///
/// In this situation kernels report block I/O waits as long as the uptime (contrib/docs/impossible-waits.md). The trial
/// takes about a second at most.
struct WaitTrial {
    /// The outcome.
    let outcome: ImpossibleWaitCheck.Outcome

    private static let writers = 24
    /// A directory that is more often on a disk than /tmp.
    private static let directory = "/var/tmp"

    init(_ connection: TaskstatsConnection) {
        do throws(TaskstatsError) {
            outcome = try Self.run(connection)
        } catch {
            outcome = .failed(error)
        }
    }

    private static func run(_ connection: TaskstatsConnection) throws(TaskstatsError) -> ImpossibleWaitCheck.Outcome {
        guard connection.server.features.contains("implausible") else { return .notReported }
        guard connection.server.delayAccounting != false else { return .notCounted }
        var filter = RecordFilter()
        filter.ppids = [UInt32(getpid())]
        let fields: FieldSet = [.acEtime, WaitKind.blkio.count, WaitKind.blkio.total]
        try connection.subscribe(Subscription(fields: fields, filter: filter))
        let (children, errno) = run(onFirstOf: connection.server.onlineCPUs)
        var result = ImpossibleWaitCheck.Result(directory: directory)
        // The daemon sends the record of every child before it replies.
        try connection.unsubscribe { event in
            switch event {
            case .exit(let record) where children.contains(record.pid): result.add(record.task)
            case .exit, .lost, .closing: break
            }
        }
        return children.isEmpty ? .noWriter(errno: errno) : .tried(result)
    }

    /// Runs the children on the first CPU on which this process may run; returns their pids, or the error number.
    private static func run(onFirstOf cpus: CPUSet) -> (children: Set<UInt32>, errno: Int32) {
        var pids = [Int32](repeating: 0, count: writers)
        var error = ENODEV
        for cpu in cpus {
            let count = unsafe clinux_sync_under_load(Int32(cpu), directory, &pids, Int32(writers))
            if count > 0 { return (Set(pids.prefix(Int(count)).map(UInt32.init)), 0) }
            error = count < 0 ? errno : ETIMEDOUT
            if error != EINVAL { break }
        }
        return ([], error)
    }
}

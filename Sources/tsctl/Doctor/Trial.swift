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
        try connection.subscribe(
            Subscription(
                fields: [.acComm], filter: filter, origin: OriginFeature.isOffered(by: connection.server)))
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
            case .lost(let lost): outcome = .lost(lost.count ?? 0)
            case .exit, .start, .live, .closing: continue
            }
        }
        return (outcome, status)
    }
}

/// A check that the daemon answers a query for this process.
struct QueryCheck: Check {
    /// The reply; nil if no daemon could be queried.
    let answer: Result<TaskRecord, TaskstatsError>?
    /// The option of /proc that hides processes: "hidepid=2".
    let hiding: String?

    var finding: Finding {
        switch answer {
        case nil: .unknown(Self.name, "no daemon answers")
        case .success: .ok(Self.name, "the daemon answered a query for tsctl itself")
        case .failure(let error): failed(error)
        }
    }

    private func failed(_ error: TaskstatsError) -> Finding {
        // A process that the daemon cannot see does not exist for it.
        guard error.code == .permissionDenied || error.code == .noSuchTask, let hiding else {
            return .failed(
                Self.name, "a query for tsctl failed: \(error.message)", fix: "see: sudo journalctl -u taskstatsd")
        }
        return .failed(
            Self.name, "\(error.message): /proc is mounted with \(hiding), so the daemon does not see your processes",
            fix: "sudo systemctl edit taskstatsd, and add: SupplementaryGroups=GROUP, with the group of /proc's gid=")
    }

    private static let name = "get"
}

/// A check that the daemon reports the exit of a child of tsctl.
struct ExitCheck: Check {
    /// The outcome for the child's record.
    enum Outcome: Equatable {
        case arrived(cpu: Int)
        case lost(UInt64)
        case missing(pid: UInt32)
        case failed(TaskstatsError)
        /// No child could be started.
        case noChild(errno: Int32)
        case notTried
    }

    let outcome: Outcome

    var finding: Finding {
        switch outcome {
        case .arrived(let cpu): .ok(Self.name, "a child of tsctl ended on CPU \(cpu), and its record arrived")
        case .lost(let count):
            .warning(Self.name, "a child's record is among \(count) lost ones", fix: "see receive buffers, below")
        case .missing(let pid):
            .failed(
                Self.name, "the record of pid \(pid), a child of tsctl that ended, did not arrive",
                fix: "sudo systemctl restart taskstatsd")
        case .failed(let error):
            .failed(Self.name, error.message, fix: "see: sudo journalctl -u taskstatsd")
        case .noChild(let errno):
            .unknown(Self.name, "cannot start a child: \(SystemError("", errno: errno).text)")
        case .notTried: .unknown(Self.name, "no daemon answers")
        }
    }

    private static let name = "exits"
}

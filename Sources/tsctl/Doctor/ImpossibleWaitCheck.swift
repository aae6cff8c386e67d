import CLinux
import Glibc
import LinuxSystem
import Taskstats

/// A check that the kernel reports no block I/O waits that are longer than the life of their task.
struct ImpossibleWaitCheck: Check {
    /// The records of the trial's children.
    struct Result: Equatable {
        /// The directory of the files that they wrote.
        let directory: String
        /// The number of children with at least one block I/O wait.
        var waiting = 0
        /// The number of children with a wait longer than their life.
        var impossible = 0

        init(directory: String, waiting: Int = 0, impossible: Int = 0) {
            self.directory = directory
            self.waiting = waiting
            self.impossible = impossible
        }

        /// Adds the record of a child.
        mutating func add(_ record: borrowing TaskRecord) {
            let isImpossible = record.implausibleWaits.contains(.blkio)
            let count = record[WaitKind.blkio.count] ?? 0
            if isImpossible { impossible += 1 }
            if isImpossible || count > 0 { waiting += 1 }
        }
    }

    /// The outcome of the trial.
    enum Outcome: Equatable {
        case notTried
        /// The daemon is too old to report such waits.
        case notReported
        /// Delay accounting is off.
        case notCounted
        case failed(TaskstatsError)
        /// No child could write.
        case noWriter(errno: Int32)
        case tried(Result)
    }

    let outcome: Outcome

    var finding: Finding {
        switch outcome {
        case .notTried: .unknown(Self.name, "not tested: no daemon answers")
        case .notReported: .unknown(Self.name, "not tested: the daemon is older than tsctl and does not report them")
        case .notCounted: .unknown(Self.name, "not tested: delay accounting is off")
        case .failed(let error): .unknown(Self.name, "not tested: \(error.message)")
        case .noWriter(let errno):
            .unknown(Self.name, "not tested: no child can write: \(SystemError("", errno: errno).text)")
        case .tried(let result): tried(result)
        }
    }

    private func tried(_ result: Result) -> Finding {
        guard result.waiting > 0 else {
            return .unknown(Self.name, "not tested: no child waited for the disk in \(result.directory)")
        }
        guard result.impossible > 0 else {
            return .ok(
                Self.name, "\(result.waiting) children wrote under CPU load, and no wait outlasted its task"
            )
        }
        return .warning(
            Self.name,
            "kernel fault: \(result.impossible) of \(result.waiting) children that wrote under CPU load have a wait "
                + "longer than their life; such waits are omitted as implausible, and shorter waits can be wrong too",
            fix: "none known; see contrib/docs/impossible-waits.md")
    }

    private static let name = "block I/O waits"
}

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
            case .exit, .start, .lost, .live, .closing: break
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

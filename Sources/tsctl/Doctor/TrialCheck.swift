import LinuxSystem
import TaskstatsClient

/// Whether the daemon does what it is for: it was asked about this very process.
struct QueryCheck: Check {
    /// What the answer was; nil when nobody could be asked.
    let answer: Result<TaskRecord, TaskstatsError>?
    /// The options of /proc when it hides processes: "hidepid=2".
    let hiding: String?

    var finding: Finding {
        switch answer {
        case nil: .unknown(Self.name, "nobody to ask")
        case .success: .ok(Self.name, "tsctl asked about itself and was answered")
        case .failure(let error): failed(error)
        }
    }

    private func failed(_ error: TaskstatsError) -> Finding {
        // What the daemon cannot see does not exist for it.
        guard error.code == .permissionDenied || error.code == .noSuchTask, let hiding else {
            return .failed(
                Self.name, "tsctl asked about itself: \(error.message)", mend: "see: sudo journalctl -u taskstatsd")
        }
        return .failed(
            Self.name, "\(error.message): /proc is mounted with \(hiding), and the daemon does not see your processes",
            mend: "sudo systemctl edit taskstatsd, and add: SupplementaryGroups= the group of /proc's gid=")
    }

    private static let name = "get"
}

/// Whether a task that ends is told: a child of tsctl was watched for.
struct ExitCheck: Check {
    /// What became of the child's record.
    enum Outcome: Equatable {
        case arrived(cpu: Int)
        case lost(UInt64)
        case missing(pid: UInt32)
        case failed(TaskstatsError)
        /// No child could be run.
        case noChild(errno: Int32)
        case notTried
    }

    let outcome: Outcome

    var finding: Finding {
        switch outcome {
        case .arrived(let cpu): .ok(Self.name, "a child of tsctl ended on CPU \(cpu), and its record came")
        case .lost(let count):
            .warning(Self.name, "a child's record is among \(count) that were lost", mend: "see receive buffers, below")
        case .missing(let pid):
            .failed(
                Self.name, "the record of pid \(pid), a child of tsctl that ended, did not come",
                mend: "sudo systemctl restart taskstatsd")
        case .failed(let error):
            .failed(Self.name, error.message, mend: "see: sudo journalctl -u taskstatsd")
        case .noChild(let errno):
            .unknown(Self.name, "cannot run a child to watch: \(SystemError("", errno: errno).text)")
        case .notTried: .unknown(Self.name, "nobody to ask")
        }
    }

    private static let name = "exits"
}

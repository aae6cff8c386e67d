import LinuxSystem
import Taskstats

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

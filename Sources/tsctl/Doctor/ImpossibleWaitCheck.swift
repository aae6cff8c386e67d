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

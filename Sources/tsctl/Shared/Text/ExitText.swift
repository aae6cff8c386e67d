import Taskstats

/// The exit status of a task, for people.
enum ExitText {
    /// Formats it for a cell: "0", "1", "SIGKILL", and "SIGSEGV*" for a core dump.
    static func cell(_ status: ExitStatus) -> String {
        switch status {
        case .code(let code): "\(code)"
        case .signal(let signal, let coreDumped): SignalName.of(signal) + (coreDumped ? "*" : "")
        }
    }

    /// Formats it for a sentence: "exit code 1", "killed by SIGSEGV, core dumped".
    static func sentence(_ status: ExitStatus) -> String {
        switch status {
        case .code(let code): "exit code \(code)"
        case .signal(let signal, let coreDumped):
            "killed by \(SignalName.of(signal))" + (coreDumped ? ", core dumped" : "")
        }
    }
}

import TaskstatsClient

/// How a task ended, for people.
enum ExitText {
    /// In a cell: "0", "1", "SIGKILL", and "SIGSEGV*" when it dumped core.
    static func cell(_ status: ExitStatus) -> String {
        switch status {
        case .code(let code): "\(code)"
        case .signal(let signal, let coreDumped): SignalName.of(signal) + (coreDumped ? "*" : "")
        }
    }

    /// In a sentence: "exit code 1", "killed by SIGSEGV, core dumped".
    static func sentence(_ status: ExitStatus) -> String {
        switch status {
        case .code(let code): "exit code \(code)"
        case .signal(let signal, let coreDumped):
            "killed by \(SignalName.of(signal))" + (coreDumped ? ", core dumped" : "")
        }
    }
}

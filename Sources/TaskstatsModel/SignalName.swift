/// Names of signals, as signal(7) gives them for x86 and arm.
public enum SignalName {
    private static let standard = [
        "SIGHUP", "SIGINT", "SIGQUIT", "SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS", "SIGFPE", "SIGKILL", "SIGUSR1",
        "SIGSEGV", "SIGUSR2", "SIGPIPE", "SIGALRM", "SIGTERM", "SIGSTKFLT", "SIGCHLD", "SIGCONT", "SIGSTOP", "SIGTSTP",
        "SIGTTIN", "SIGTTOU", "SIGURG", "SIGXCPU", "SIGXFSZ", "SIGVTALRM", "SIGPROF", "SIGWINCH", "SIGIO", "SIGPWR",
        "SIGSYS",
    ]
    private static let firstRealTime = 34
    private static let lastRealTime = 64

    /// The name of a signal: "SIGKILL", "SIGRTMIN+3", or "SIG32" for one that has no name.
    public static func of(_ signal: UInt8) -> String {
        let number = Int(signal)
        if standard.indices.contains(number - 1) { return standard[number - 1] }
        guard (firstRealTime...lastRealTime).contains(number) else { return "SIG\(number)" }
        return number == firstRealTime ? "SIGRTMIN" : "SIGRTMIN+\(number - firstRealTime)"
    }
}

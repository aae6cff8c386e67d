/// The way in which a task ended.
@nonexhaustive
public enum ExitStatus: Hashable, Sendable {
    /// It called exit with this code.
    case code(UInt8)
    /// A signal ended it.
    case signal(UInt8, coreDumped: Bool)

    /// Decodes a status as encoded by wait().
    ///
    /// Only its bit 0x80 says that a core was dumped. The kernel sets ``AccountingFlags/dumpedCore`` also for a signal
    /// that would dump core when the core size limit is 0.
    public init(waitStatus: UInt32) {
        let signal = UInt8(waitStatus & 0x7f)
        if signal == 0 {
            self = .code(UInt8(truncatingIfNeeded: waitStatus >> 8))
        } else {
            self = .signal(signal, coreDumped: waitStatus & 0x80 != 0)
        }
    }

    /// Whether it ended with code 0.
    public var isSuccess: Bool { self == .code(0) }
}

/// The flags of process accounting, `ac_flag`.
public struct AccountingFlags: OptionSet, Hashable, Sendable {
    /// The kernel's bits.
    public let rawValue: UInt8

    /// Creates flags from bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// AFORK: it forked and never called exec.
    public static let forkedWithoutExec = AccountingFlags(rawValue: 0x01)
    /// ASU: it used the privileges of the superuser.
    public static let usedPrivilege = AccountingFlags(rawValue: 0x02)
    /// ACORE: it was ended by a signal whose action is to dump core, whether or not a core was dumped.
    public static let dumpedCore = AccountingFlags(rawValue: 0x08)
    /// AXSIG: it was ended by a signal.
    public static let killedBySignal = AccountingFlags(rawValue: 0x10)
    /// AGROUP: it was the last task of its process (from struct version 12 on).
    public static let lastOfProcess = AccountingFlags(rawValue: 0x20)
}

/// Signal names as in signal(7) for x86 and arm.
public enum SignalName {
    private static let standard = [
        "SIGHUP", "SIGINT", "SIGQUIT", "SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS", "SIGFPE", "SIGKILL", "SIGUSR1",
        "SIGSEGV", "SIGUSR2", "SIGPIPE", "SIGALRM", "SIGTERM", "SIGSTKFLT", "SIGCHLD", "SIGCONT", "SIGSTOP", "SIGTSTP",
        "SIGTTIN", "SIGTTOU", "SIGURG", "SIGXCPU", "SIGXFSZ", "SIGVTALRM", "SIGPROF", "SIGWINCH", "SIGIO", "SIGPWR",
        "SIGSYS",
    ]
    private static let firstRealTime = 34
    private static let lastRealTime = 64

    /// Returns the name of a signal: "SIGKILL", "SIGRTMIN+3", or "SIG32" for one without a name.
    public static func of(_ signal: UInt8) -> String {
        let number = Int(signal)
        if standard.indices.contains(number - 1) { return standard[number - 1] }
        guard (firstRealTime...lastRealTime).contains(number) else { return "SIG\(number)" }
        return number == firstRealTime ? "SIGRTMIN" : "SIGRTMIN+\(number - firstRealTime)"
    }
}

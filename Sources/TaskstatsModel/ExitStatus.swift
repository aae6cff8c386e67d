/// How a task ended.
public enum ExitStatus: Hashable, Sendable {
    /// It called exit with this code.
    case code(UInt8)
    /// A signal ended it.
    case signal(UInt8, coreDumped: Bool)

    /// Reads the kernel's wait status and the accounting flags that go with it.
    public init(waitStatus: UInt32, flags: AccountingFlags) {
        let signal = UInt8(waitStatus & 0x7f)
        if signal == 0 {
            self = .code(UInt8(truncatingIfNeeded: waitStatus >> 8))
        } else {
            self = .signal(signal, coreDumped: waitStatus & 0x80 != 0 || flags.contains(.dumpedCore))
        }
    }

    /// Whether it ended with code 0.
    public var isSuccess: Bool { self == .code(0) }
}

/// Flags of process accounting, `ac_flag`.
public struct AccountingFlags: OptionSet, Hashable, Sendable {
    /// The kernel's bits.
    public let rawValue: UInt8

    /// The flags of these bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// AFORK: it forked and never called exec.
    public static let forkedWithoutExec = AccountingFlags(rawValue: 0x01)
    /// ASU: it used the privileges of the superuser.
    public static let usedPrivilege = AccountingFlags(rawValue: 0x02)
    /// ACORE: it dumped core.
    public static let dumpedCore = AccountingFlags(rawValue: 0x08)
    /// AXSIG: a signal ended it.
    public static let killedBySignal = AccountingFlags(rawValue: 0x10)
    /// AGROUP: it was the last task of its process (said from struct version 12 on).
    public static let lastOfProcess = AccountingFlags(rawValue: 0x20)
}

import CLinux
import Glibc
import LinuxSystem

/// What the daemon keeps of the power that it was started with: CAP_NET_ADMIN, which the kernel wants of whoever registers
/// a CPU or asks for a task, and nothing else.
///
/// It is given up once, when everything that needs more is open, and for good: no_new_privs, the emptied bounding set and
/// the locked securebits let no program bring any of it back, and a process that is not dumpable shows its memory and
/// descriptors to nobody with less power. Capabilities belong to a thread; the daemon has one.
enum Privilege {
    /// Gives up everything but CAP_NET_ADMIN, and becomes the user when there is one.
    ///
    /// An ordinary user to whom the capability was given as an ambient one keeps it the same way, but may not empty the
    /// bounding set or lock the securebits: the kernel wants CAP_SETPCAP for that. With no_new_privs neither matters.
    static func reduce(to user: AccountDatabase.User?) throws(SystemError) {
        if try has(Capability.setPrivileges) {
            try emptyBoundingSet()
            try control(PR_SET_SECUREBITS, SecureBits.locked, "PR_SET_SECUREBITS")
        }
        if let user { try become(user) }
        guard clinux_set_capabilities(Capability.netAdmin, Capability.netAdmin, 0) == 0 else { throw .last("capset") }
        guard clinux_clear_ambient() == 0 else { throw .last("prctl PR_CAP_AMBIENT") }
        try control(PR_SET_NO_NEW_PRIVS, 1, "PR_SET_NO_NEW_PRIVS")
        // Last: a change of ids or capabilities sets it anew.
        try control(PR_SET_DUMPABLE, 0, "PR_SET_DUMPABLE")
    }

    /// Sees to it that the environment chooses no file that is read and no program that is run with the daemon's power.
    ///
    /// Swift's runtime runs a program that it finds through SWIFT_BACKTRACE or SWIFT_ROOT when the process crashes, and
    /// the C library reads the file that TZ names. The loader's variables (LD_PRELOAD and the like) have had their effect
    /// before any of our code: who sets those for root is root.
    static func ignoreEnvironment() {
        for crash in [SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV] { _ = signal(crash, SIG_DFL) }
        unsafe unsetenv("TZ")
    }

    /// Whether the capability is in force.
    static func has(_ capability: UInt64) throws(SystemError) -> Bool {
        var effective: UInt64 = 0
        guard unsafe clinux_effective_capabilities(&effective) == 0 else { throw .last("capget") }
        return effective & capability != 0
    }

    private static func become(_ user: AccountDatabase.User) throws(SystemError) {
        if geteuid() == user.uid, getegid() == user.gid { return }
        // Where the securebits could not be set, this is what lets the capability survive.
        try control(PR_SET_KEEPCAPS, 1, "PR_SET_KEEPCAPS")
        guard clinux_become(user.uid, user.gid) == 0 else { throw .last("setresuid") }
        try control(PR_SET_KEEPCAPS, 0, "PR_SET_KEEPCAPS")
    }

    private static func emptyBoundingSet() throws(SystemError) {
        for number in 0..<Capability.limit where 1 << number != Capability.netAdmin {
            // The kernel knows no further ones.
            guard clinux_prctl(PR_CAPBSET_READ, UInt(number)) >= 0 else { return }
            try control(PR_CAPBSET_DROP, UInt(number), "PR_CAPBSET_DROP")
        }
    }

    private static func control(_ option: Int32, _ argument: UInt, _ name: String) throws(SystemError) {
        if clinux_prctl(option, argument) < 0 { throw .last("prctl \(name)") }
    }

    /// Capabilities as bits, by the numbers of <linux/capability.h>.
    enum Capability {
        static let netAdmin: UInt64 = 1 << 12
        static let setPrivileges: UInt64 = 1 << 8
        static let limit: UInt64 = 64
    }

    /// The bits of <linux/securebits.h>, each followed by the one that locks it.
    private enum SecureBits {
        static let noRoot: UInt = 0b11 << 0
        static let noSetUIDFixup: UInt = 0b11 << 2
        static let noAmbientRaise: UInt = 0b11 << 6
        /// Uid 0 means nothing, a change of ids changes no capabilities, and none becomes ambient.
        static let locked = noRoot | noSetUIDFixup | noAmbientRaise
    }
}

import CLinux
import Glibc
import LinuxSystem

/// Reduces the daemon's privileges to CAP_NET_ADMIN, which the kernel requires to register a CPU or to query a task.
///
/// Privileges are dropped once, when everything that needs more is open, and permanently: no_new_privs, the empty
/// bounding set and the locked securebits prevent executed programs from regaining them, and a process that is not
/// dumpable hides its memory and descriptors from less privileged processes. Capabilities belong to a thread; the
/// daemon has one.
enum Privilege {
    /// Drops everything but CAP_NET_ADMIN, and switches to the user if there is one.
    ///
    /// An ordinary user with an ambient CAP_NET_ADMIN keeps it the same way, but cannot empty the bounding set or lock
    /// the securebits, which needs CAP_SETPCAP. With no_new_privs neither matters.
    static func reduce(to user: AccountDatabase.User?) throws(SystemError) {
        if try has(Capability.setPrivileges) {
            try emptyBoundingSet()
            try control(PR_SET_SECUREBITS, SecureBits.locked, "PR_SET_SECUREBITS")
        }
        if let user { try become(user) }
        try dropOtherCapabilities()
        guard clinux_clear_ambient() == 0 else { throw .last("prctl PR_CAP_AMBIENT") }
        try control(PR_SET_NO_NEW_PRIVS, 1, "PR_SET_NO_NEW_PRIVS")
        // Last, because a change of ids or capabilities resets it.
        try control(PR_SET_DUMPABLE, 0, "PR_SET_DUMPABLE")
    }

    /// Drops all capabilities but CAP_NET_ADMIN.
    ///
    /// A sandbox can forbid the call. That does not matter where nothing else is left to drop: what remains is the
    /// inheritable capability, which gives a program nothing after no_new_privs.
    private static func dropOtherCapabilities() throws(SystemError) {
        guard clinux_set_capabilities(Capability.netAdmin, Capability.netAdmin, 0) != 0 else { return }
        let error = SystemError.last("capset")
        let (effective, permitted) = try capabilities()
        guard error.errno == EPERM, effective == Capability.netAdmin, permitted == Capability.netAdmin else {
            throw error
        }
    }

    private static func capabilities() throws(SystemError) -> (effective: UInt64, permitted: UInt64) {
        var (effective, permitted): (UInt64, UInt64) = (0, 0)
        guard unsafe clinux_capabilities(&effective, &permitted) == 0 else { throw .last("capget") }
        return (effective, permitted)
    }

    /// Keeps environment variables from selecting files that are read, or programs that are run, with the daemon's
    /// privileges.
    ///
    /// When the process crashes, Swift's runtime runs a program found through SWIFT_BACKTRACE or SWIFT_ROOT, and the C
    /// library reads the file named by TZ. The loader's variables (LD_PRELOAD and the like) take effect before any code
    /// of the daemon, but only root can set those for root.
    static func ignoreEnvironment() {
        for crash in [SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV] { _ = signal(crash, SIG_DFL) }
        unsafe unsetenv("TZ")
    }

    /// Returns whether the capability is effective.
    static func has(_ capability: UInt64) throws(SystemError) -> Bool {
        try capabilities().effective & capability != 0
    }

    private static func become(_ user: AccountDatabase.User) throws(SystemError) {
        if geteuid() == user.uid, getegid() == user.gid { return }
        // Where the securebits could not be set, this preserves the capability.
        try control(PR_SET_KEEPCAPS, 1, "PR_SET_KEEPCAPS")
        guard clinux_become(user.uid, user.gid) == 0 else { throw .last("setresuid") }
        try control(PR_SET_KEEPCAPS, 0, "PR_SET_KEEPCAPS")
    }

    private static func emptyBoundingSet() throws(SystemError) {
        for number in 0..<Capability.limit where 1 << number != Capability.netAdmin {
            // The kernel has no further capabilities.
            guard clinux_prctl(PR_CAPBSET_READ, UInt(number)) >= 0 else { return }
            try control(PR_CAPBSET_DROP, UInt(number), "PR_CAPBSET_DROP")
        }
    }

    private static func control(_ option: Int32, _ argument: UInt, _ name: String) throws(SystemError) {
        if clinux_prctl(option, argument) < 0 { throw .last("prctl \(name)") }
    }

    /// Capability bits, numbered as in <linux/capability.h>.
    enum Capability {
        static let netAdmin: UInt64 = 1 << 12
        static let setPrivileges: UInt64 = 1 << 8
        static let inspectProcesses: UInt64 = 1 << 19
        static let limit: UInt64 = 64
    }

    /// The bits of <linux/securebits.h>, each with the bit that locks it.
    private enum SecureBits {
        static let noRoot: UInt = 0b11 << 0
        static let noSetUIDFixup: UInt = 0b11 << 2
        static let noAmbientRaise: UInt = 0b11 << 6
        /// Uid 0 has no special meaning, a change of ids changes no capabilities, and none becomes ambient.
        static let locked = noRoot | noSetUIDFixup | noAmbientRaise
    }
}

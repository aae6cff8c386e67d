import Glibc
import LinuxSystem

/// Computes how many clients the descriptor limit allows.
///
/// Each client takes one descriptor. Serving them takes more: a socket for each subscribed CPU, and a few short-lived
/// descriptors to inspect a process, a cgroup or a new client. These are reserved, so that a client over the limit is
/// refused with an error and the others are unaffected.
enum DescriptorBudget {
    /// The limit leaves no room for a single client.
    struct TooSmall: Error, CustomStringConvertible {
        let limit: Int
        let needed: Int

        var description: String {
            "the open-file limit is \(limit), but taskstatsd needs more than \(needed) on this machine: "
                + "raise it (LimitNOFILE=, ulimit -n)"
        }
    }

    /// Descriptors of the daemon itself, including short-lived ones.
    private static let own = 32

    /// Returns the number of clients that fit besides the sockets of all CPUs.
    static func clients(limit: Int, cpus: Int, inherited: Int = 0) throws(TooSmall) -> Int {
        let needed = own + cpus + inherited
        guard limit > needed else { throw TooSmall(limit: limit, needed: needed) }
        return limit - needed
    }

    /// Raises the soft limit of open files to the hard limit and returns it.
    ///
    /// The usual soft limit, 1,024, is less than the number of clients served.
    static func raiseLimit() throws(SystemError) -> Int {
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard unsafe getrlimit(resource, &limit) == 0 else { throw .last("getrlimit") }
        var raised = limit
        raised.rlim_cur = limit.rlim_max
        return Int(clamping: unsafe setrlimit(resource, &raised) == 0 ? raised.rlim_cur : limit.rlim_cur)
    }

    /// Returns the number of descriptors that are open beside the standard ones; at startup these are inherited ones.
    static func inherited(limit: Int) -> Int { (3..<min(limit, 4_096)).count { fcntl(Int32($0), F_GETFD) >= 0 } }
}

import Glibc
import LinuxSystem

/// How many clients there are descriptors for.
///
/// Every client takes one. What is done for those who are there takes more: a socket for each CPU that somebody subscribes
/// to, and for a moment a few to look at a process, a cgroup or a new client. These are kept back, so that a client too
/// many is told so, and none of the others notices.
enum DescriptorBudget {
    /// There is no room for a single client.
    struct TooSmall: Error, CustomStringConvertible {
        let limit: Int
        let needed: Int

        var description: String {
            "the limit of open files is \(limit), and without any client \(needed) are needed on this machine: "
                + "raise it (LimitNOFILE=, ulimit -n)"
        }
    }

    /// What the daemon itself has open, and what it opens for a moment.
    private static let own = 32

    /// The clients that there is room for beside the sockets of all CPUs.
    static func clients(limit: Int, cpus: Int) throws(TooSmall) -> Int {
        let needed = own + cpus
        guard limit > needed else { throw TooSmall(limit: limit, needed: needed) }
        return limit - needed
    }

    /// Lifts the limit of open files to what the administrator allows, and returns it: the usual one, 1,024, is less than
    /// the clients that are served.
    static func raiseLimit() throws(SystemError) -> Int {
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard unsafe getrlimit(resource, &limit) == 0 else { throw .last("getrlimit") }
        var raised = limit
        raised.rlim_cur = limit.rlim_max
        return Int(clamping: unsafe setrlimit(resource, &raised) == 0 ? raised.rlim_cur : limit.rlim_cur)
    }
}

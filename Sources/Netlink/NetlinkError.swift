import LinuxSystem

/// The reason why a netlink exchange with the kernel failed.
package enum NetlinkError: Error, Hashable {
    /// The kernel answered with an error number.
    case refused(operation: String, SystemError)
    /// A system call on the socket failed.
    case system(SystemError)
    /// The kernel acknowledged the request without the expected answer, or sent nothing at all.
    case unanswered(operation: String)
    /// The lengths in a message are inconsistent.
    case malformed(String)

    /// The underlying error number, if any.
    package var errno: Int32? {
        switch self {
        case .refused(_, let error), .system(let error): error.errno
        case .unanswered, .malformed: nil
        }
    }
}

extension NetlinkError: CustomStringConvertible {
    /// A one-line description of what failed and why.
    package var description: String {
        switch self {
        case .refused(let operation, let error): "the kernel refused to \(operation): \(error)"
        case .system(let error): "netlink socket: \(error)"
        case .unanswered(let operation): "the kernel did not answer the request to \(operation)"
        case .malformed(let problem): "malformed netlink message: \(problem)"
        }
    }
}

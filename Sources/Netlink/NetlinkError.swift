import LinuxSystem

/// Why an exchange with the kernel over netlink failed.
package enum NetlinkError: Error, Hashable {
    /// The kernel answered with an error number.
    case refused(operation: String, SystemError)
    /// A system call on the socket failed.
    case system(SystemError)
    /// The kernel acknowledged the request without the answer it should have sent, or sent nothing at all.
    case unanswered(operation: String)
    /// Lengths in a message do not fit together.
    case malformed(String)

    /// The error number behind it, when there is one.
    package var errno: Int32? {
        switch self {
        case .refused(_, let error), .system(let error): error.errno
        case .unanswered, .malformed: nil
        }
    }
}

extension NetlinkError: CustomStringConvertible {
    /// What failed and why, in one line.
    package var description: String {
        switch self {
        case .refused(let operation, let error): "the kernel refused to \(operation): \(error)"
        case .system(let error): "netlink socket: \(error)"
        case .unanswered(let operation): "the kernel did not answer the request to \(operation)"
        case .malformed(let problem): "malformed netlink message: \(problem)"
        }
    }
}

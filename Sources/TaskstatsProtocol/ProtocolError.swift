/// An error as the protocol states it: what a client can match on, and a sentence for people.
package struct ProtocolError: Error, Hashable {
    /// The names that clients match on, with their JSON-RPC codes.
    package enum Name: String, CaseIterable, Sendable {
        /// Not JSON, not UTF-8, nested too deep.
        case parseError = "ParseError"
        /// JSON, but not a request; or a line that is too long.
        case invalidRequest = "InvalidRequest"
        /// No such method.
        case methodNotFound = "MethodNotFound"
        /// A member of `params` is wrong.
        case invalidParams = "InvalidParams"
        /// A defect of the daemon.
        case internalError = "InternalError"
        /// This client may not see that.
        case permissionDenied = "PermissionDenied"
        /// No such task.
        case noSuchTask = "NoSuchTask"
        /// A limit is reached.
        case limitExceeded = "LimitExceeded"
        /// The kernel refused for another reason.
        case kernelError = "KernelError"
        /// Not on this kernel or host.
        case unavailable = "Unavailable"

        /// The JSON-RPC error code.
        package var code: Int {
            switch self {
            case .parseError: -32700
            case .invalidRequest: -32600
            case .methodNotFound: -32601
            case .invalidParams: -32602
            case .internalError: -32603
            case .permissionDenied: -32001
            case .noSuchTask: -32002
            case .limitExceeded: -32003
            case .kernelError: -32004
            case .unavailable: -32005
            }
        }
    }

    /// Which limit was reached, what it allows, and what is in use.
    package struct Limit: Hashable, Sendable {
        /// The name of the limit, as in `hello`.
        package var limit: String
        /// What it allows.
        package var allowed: Int
        /// What is in use.
        package var used: Int

        /// A limit that was reached.
        package init(_ limit: String, allowed: Int, used: Int) {
            self.limit = limit
            self.allowed = allowed
            self.used = used
        }
    }

    /// What clients match on.
    package var name: Name
    /// What is wrong and what to do, for people.
    package var message: String
    /// The name of the error number behind it ("EPERM").
    package var errno: String?
    /// The member of `params` that is wrong.
    package var member: String?
    /// The limit that was reached.
    package var limit: Limit?

    /// An error of this name.
    package init(_ name: Name, _ message: String, errno: String? = nil, member: String? = nil, limit: Limit? = nil) {
        self.name = name
        self.message = message
        self.errno = errno
        self.member = member
        self.limit = limit
    }

    /// A member of `params` that is wrong.
    package static func invalidParams(_ member: String, _ problem: String) -> ProtocolError {
        ProtocolError(.invalidParams, "\(member): \(problem)", member: member)
    }
}

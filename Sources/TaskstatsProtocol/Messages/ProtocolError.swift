/// An error of the protocol: a name for programs, and a sentence for people.
package struct ProtocolError: Error, Hashable {
    /// The names for programs, with their JSON-RPC codes.
    package enum Name: String, CaseIterable, Sendable {
        /// Not JSON, not UTF-8, or nested too deeply.
        case parseError = "ParseError"
        /// JSON, but not a request; or a line that is too long.
        case invalidRequest = "InvalidRequest"
        /// No such method.
        case methodNotFound = "MethodNotFound"
        /// A key of `params` is invalid.
        case invalidParams = "InvalidParams"
        /// A defect of the daemon.
        case internalError = "InternalError"
        /// This client may not see that.
        case permissionDenied = "PermissionDenied"
        /// No such task.
        case noSuchTask = "NoSuchTask"
        /// A limit was reached.
        case limitExceeded = "LimitExceeded"
        /// The kernel refused for another reason.
        case kernelError = "KernelError"
        /// Not available on this kernel or host.
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

    /// A limit that was reached, with its maximum and the current use.
    package struct Limit: Hashable, Sendable {
        /// The name of the limit, as in `hello`.
        package var limit: String
        /// The maximum.
        package var allowed: Int
        /// The current use.
        package var used: Int

        /// Creates a limit that was reached.
        package init(_ limit: String, allowed: Int, used: Int) {
            self.limit = limit
            self.allowed = allowed
            self.used = used
        }
    }

    /// The name for programs.
    package var name: Name
    /// A description of the problem and its remedy, for people.
    package var message: String
    /// The name of the underlying error number ("EPERM").
    package var errno: String?
    /// The invalid key of `params`.
    package var field: String?
    /// The limit that was reached.
    package var limit: Limit?

    /// Creates an error with this name.
    package init(_ name: Name, _ message: String, errno: String? = nil, field: String? = nil, limit: Limit? = nil) {
        self.name = name
        self.message = message
        self.errno = errno
        self.field = field
        self.limit = limit
    }

    /// Creates the error of an invalid key of `params`.
    package static func invalidParams(_ field: String, _ problem: String) -> ProtocolError {
        ProtocolError(.invalidParams, "\(field): \(problem)", field: field)
    }
}

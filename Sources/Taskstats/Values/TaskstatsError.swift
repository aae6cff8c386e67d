/// An error with a code for programs and a one-line message for people.
///
/// Codes are added as the protocol grows, so a switch needs a `default`:
/// ```swift
/// switch error.code {
/// case .noSuchTask: return nil
/// case .notRunning: startDaemon()
/// default: throw error
/// }
/// ```
public struct TaskstatsError: Error, Hashable, Sendable {
    /// The kind of failure.
    public let code: Code
    /// The failure and its remedy, as one line for people.
    public let message: String
    /// The name of the underlying error number, like "EPERM", if there is one.
    public let errnoName: String?
    /// The invalid parameter of the request, for ``Code/invalidParameters``.
    public let parameter: String?
    /// The exceeded limit, for ``Code/limitExceeded``.
    public let limit: Limit?

    /// Creates an error; for tests of programs that handle errors.
    public init(
        _ code: Code, _ message: String, errnoName: String? = nil, parameter: String? = nil, limit: Limit? = nil
    ) {
        self.code = code
        self.message = message
        self.errnoName = errnoName
        self.parameter = parameter
        self.limit = limit
    }

    /// A limit of the daemon, with its maximum and its use.
    public struct Limit: Hashable, Sendable {
        /// The name of the limit.
        public let name: String
        /// The maximum.
        public let allowed: Int
        /// The amount in use.
        public let used: Int

        /// Creates a limit.
        public init(name: String, allowed: Int, used: Int) {
            self.name = name
            self.allowed = allowed
            self.used = used
        }
    }
}

extension TaskstatsError {
    /// A kind of failure; more kinds may be added.
    public struct Code: Hashable, Sendable {
        /// A stable name, for logs.
        public let name: String

        private init(_ name: String) { self.name = name }

        /// No daemon listens on the socket.
        public static let notRunning = Code("notRunning")
        /// The user may not access the socket or the requested object.
        public static let permissionDenied = Code("permissionDenied")
        /// The task does not exist.
        public static let noSuchTask = Code("noSuchTask")
        /// A parameter is invalid; ``TaskstatsError/parameter`` names it.
        public static let invalidParameters = Code("invalidParameters")
        /// A limit of the daemon was reached; ``TaskstatsError/limit`` describes it.
        public static let limitExceeded = Code("limitExceeded")
        /// The kernel refused the request for another reason.
        public static let kernelError = Code("kernelError")
        /// The request is not available on this kernel or host, or with this daemon.
        public static let unavailable = Code("unavailable")
        /// The daemon reported an internal error.
        public static let daemonError = Code("daemonError")
        /// The daemon closed the connection and gave the reason.
        public static let closedByDaemon = Code("closedByDaemon")
        /// The connection ended without a final message: the daemon was killed.
        public static let disconnected = Code("disconnected")
        /// The daemon did not answer in time.
        public static let timedOut = Code("timedOut")
        /// This program closed the client itself.
        public static let closed = Code("closed")
        /// The server uses another protocol, or an incompatible version of it.
        public static let protocolViolation = Code("protocolViolation")
        /// A system call failed.
        public static let systemError = Code("systemError")
    }
}

extension TaskstatsError.Code: CustomStringConvertible {
    /// The name of the code.
    public var description: String { name }
}

extension TaskstatsError: CustomStringConvertible {
    /// The failure and its remedy, as one line for people.
    public var description: String { message }
}

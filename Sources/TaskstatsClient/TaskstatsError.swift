/// Why something could not be done: a code that a program can switch over, and a line for people.
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
    /// What kind of failure it is.
    public let code: Code
    /// What happened and what to do about it, in one line for people.
    public let message: String
    /// The name of the error number behind it, like "EPERM", when there is one.
    public let errnoName: String?
    /// The parameter of the request that is wrong, for ``Code/invalidParameters``.
    public let parameter: String?
    /// The limit that was reached, for ``Code/limitExceeded``.
    public let limit: Limit?

    init(
        _ code: Code, _ message: String, errnoName: String? = nil, parameter: String? = nil, limit: Limit? = nil
    ) {
        self.code = code
        self.message = message
        self.errnoName = errnoName
        self.parameter = parameter
        self.limit = limit
    }

    /// A limit of the daemon, what it allows, and what was in use.
    public struct Limit: Hashable, Sendable {
        /// The name of the limit.
        public let name: String
        /// What it allows.
        public let allowed: Int
        /// What was in use.
        public let used: Int
    }
}

extension TaskstatsError {
    /// What kind of failure it is; more kinds may come.
    public struct Code: Hashable, Sendable {
        /// A name that stays the same, for logs.
        public let name: String

        private init(_ name: String) { self.name = name }

        /// No daemon listens on the socket.
        public static let notRunning = Code("notRunning")
        /// The socket, or what was asked for, is not for this user.
        public static let permissionDenied = Code("permissionDenied")
        /// The task does not exist, or no longer.
        public static let noSuchTask = Code("noSuchTask")
        /// A parameter is wrong; ``TaskstatsError/parameter`` names it.
        public static let invalidParameters = Code("invalidParameters")
        /// A limit of the daemon was reached; ``TaskstatsError/limit`` says which.
        public static let limitExceeded = Code("limitExceeded")
        /// The kernel refused for a reason of its own.
        public static let kernelError = Code("kernelError")
        /// Not on this kernel or host, or not with this daemon.
        public static let unavailable = Code("unavailable")
        /// A defect of the daemon, who said so itself.
        public static let daemonError = Code("daemonError")
        /// The daemon closed the connection and said why.
        public static let closedByDaemon = Code("closedByDaemon")
        /// The connection ended without a word: the daemon was killed.
        public static let disconnected = Code("disconnected")
        /// The daemon is there and did not answer in the time allowed.
        public static let timedOut = Code("timedOut")
        /// This program closed the client itself.
        public static let closed = Code("closed")
        /// What listens there does not speak this protocol, or not this version of it.
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
    /// What happened and what to do about it, in one line for people.
    public var description: String { message }
}

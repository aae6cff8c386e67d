import Glibc
import LinuxSystem
import TaskstatsProtocol

// The sources of errors: the socket, the daemon's replies, and the end of the connection.

extension TaskstatsError {
    private static func start(_ path: String) -> String {
        path == TaskstatsConnection.defaultPath ? "sudo taskstatsd" : "sudo taskstatsd --socket \(path)"
    }

    /// Describes a failed attempt to connect.
    static func connecting(to path: String, _ error: SystemError) -> TaskstatsError {
        switch error.errno {
        case ENOENT:
            TaskstatsError(
                .notRunning, "cannot connect to \(path): no such socket; start taskstatsd with '\(start(path))'",
                errnoName: error.name)
        case ECONNREFUSED:
            TaskstatsError(
                .notRunning, "cannot connect to \(path): connection refused; start taskstatsd with '\(start(path))'",
                errnoName: error.name)
        case EACCES, EPERM:
            TaskstatsError(
                .permissionDenied,
                "cannot connect to \(path): permission denied; check the modes of the socket and its directories",
                errnoName: error.name)
        case EAGAIN:
            timedOut
        case ENAMETOOLONG:
            TaskstatsError(
                .systemError, "cannot connect: the socket path must have 1 to \(UnixSocket.pathLimit) bytes and no NUL",
                errnoName: error.name)
        default:
            TaskstatsError(.systemError, "cannot connect to \(path): \(error)", errnoName: error.name)
        }
    }

    /// Describes a failed system call on an established connection.
    static func system(_ error: SystemError) -> TaskstatsError {
        switch error.errno {
        case ECONNRESET, EPIPE: disconnected
        default: TaskstatsError(.systemError, "the connection to taskstatsd failed: \(error)", errnoName: error.name)
        }
    }

    /// The error for a connection that ended without a message.
    static let disconnected = TaskstatsError(
        .disconnected, "lost the connection to taskstatsd without a final message; check whether it is still running")

    /// The error for a daemon that does not answer in time.
    package static let timedOut = TaskstatsError(
        .timedOut, "taskstatsd does not answer; check whether it is stopped or the machine is overloaded")

    /// The error for a request after this program closed the client.
    static let closed = TaskstatsError(.closed, "this program closed the client")

    /// Describes a connection that the daemon closed.
    static func closed(reason: String) -> TaskstatsError {
        TaskstatsError(
            .closedByDaemon,
            reason.isEmpty ? "taskstatsd closed the connection" : "taskstatsd closed the connection: \(reason)")
    }

    /// Describes a message that violates the protocol.
    static func violation(_ problem: String) -> TaskstatsError {
        TaskstatsError(.protocolViolation, "the server does not follow the protocol of taskstatsd: \(problem)")
    }

    /// Describes a refused request.
    static func refused(_ error: ProtocolError) -> TaskstatsError {
        let text = error.message.isEmpty ? "taskstatsd refused the request: \(error.name.rawValue)" : error.message
        let errno = error.errno.flatMap { text.contains($0) ? nil : " (\($0))" } ?? ""
        return TaskstatsError(
            Code(error.name), text + errno, errnoName: error.errno, parameter: error.field,
            limit: error.limit.map { Limit(name: $0.limit, allowed: $0.allowed, used: $0.used) })
    }
}

extension TaskstatsError {
    /// Whether reconnecting may succeed.
    var mayPass: Bool {
        switch code {
        case .notRunning, .disconnected, .closedByDaemon, .limitExceeded, .timedOut, .systemError: true
        // A new socket is accessible only to its owner at first; a daemon that refuses this user reports no errno.
        case .permissionDenied: errnoName != nil
        default: false
        }
    }
}

extension TaskstatsError.Code {
    fileprivate init(_ name: ProtocolError.Name) {
        self =
            switch name {
            case .permissionDenied: .permissionDenied
            case .noSuchTask: .noSuchTask
            case .invalidParams: .invalidParameters
            case .limitExceeded: .limitExceeded
            case .kernelError: .kernelError
            case .unavailable, .methodNotFound: .unavailable
            case .internalError: .daemonError
            case .parseError, .invalidRequest: .protocolViolation
            }
    }
}

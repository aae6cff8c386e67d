import Glibc
import LinuxSystem
import TaskstatsProtocol

// Where errors come from: the socket, the daemon's answers, and the way the connection ends.

extension TaskstatsError {
    /// No connection could be made.
    static func connecting(to path: String, _ error: SystemError) -> TaskstatsError {
        switch error.errno {
        case ENOENT:
            TaskstatsError(
                .notRunning, "taskstatsd is not running: there is no socket \(path); start it with 'sudo taskstatsd'",
                errnoName: error.name)
        case ECONNREFUSED:
            TaskstatsError(
                .notRunning, "taskstatsd is not running: nothing listens on \(path); start it with 'sudo taskstatsd'",
                errnoName: error.name)
        case EACCES, EPERM:
            TaskstatsError(
                .permissionDenied,
                "permission denied on \(path): its mode, or that of a directory above it, keeps this user out",
                errnoName: error.name)
        case EAGAIN:
            timedOut
        case ENAMETOOLONG:
            TaskstatsError(
                .systemError, "the path of a socket has 1 to \(UnixSocket.pathLimit) bytes and no NUL",
                errnoName: error.name)
        default:
            TaskstatsError(.systemError, "cannot connect to \(path): \(error)", errnoName: error.name)
        }
    }

    /// A system call failed on a connection that stood.
    static func system(_ error: SystemError) -> TaskstatsError {
        switch error.errno {
        case ECONNRESET, EPIPE: disconnected
        default: TaskstatsError(.systemError, "the connection to taskstatsd failed: \(error)", errnoName: error.name)
        }
    }

    /// The other end is gone, and said nothing.
    static let disconnected = TaskstatsError(
        .disconnected, "taskstatsd is gone: the connection ended without a word; see whether it is still running")

    /// The other end is there, and says nothing.
    static let timedOut = TaskstatsError(
        .timedOut, "taskstatsd does not answer: see whether it is stopped, or the machine overloaded")

    /// This program asks after it closed the client.
    static let closed = TaskstatsError(.closed, "the client was closed by this program")

    /// The other end said why it would go.
    static func closed(reason: String) -> TaskstatsError {
        TaskstatsError(
            .closedByDaemon,
            reason.isEmpty ? "taskstatsd closed the connection" : "taskstatsd closed the connection: \(reason)")
    }

    /// The other end says what no daemon of this protocol says.
    static func violation(_ problem: String) -> TaskstatsError {
        TaskstatsError(.protocolViolation, "what answers on the socket does not speak like taskstatsd: \(problem)")
    }

    /// A request was refused.
    static func refused(_ error: ProtocolError) -> TaskstatsError {
        let text = error.message.isEmpty ? "taskstatsd refused the request: \(error.name.rawValue)" : error.message
        let errno = error.errno.flatMap { text.contains($0) ? nil : " (\($0))" } ?? ""
        return TaskstatsError(
            Code(error.name), text + errno, errnoName: error.errno, parameter: error.member,
            limit: error.limit.map { Limit(name: $0.limit, allowed: $0.allowed, used: $0.used) })
    }
}

extension TaskstatsError {
    /// Whether the daemon may be found again by connecting anew.
    var mayPass: Bool {
        switch code {
        case .notRunning, .disconnected, .closedByDaemon, .limitExceeded, .timedOut, .systemError: true
        // A socket that is being made is for its owner alone at first; a daemon that does not serve us says so itself.
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

import TaskstatsProtocol

/// An error on demand: "get=NoSuchTask".
struct RefusalRule: Equatable {
    /// What can be refused: the methods, and the connection itself.
    static let methods = ["connect", "get", "subscribe", "unsubscribe", "status", "describe"]
    /// The errors of a refused connection: no access, and too many connections.
    private static let errorsOfConnect: [ProtocolError.Name] = [.permissionDenied, .limitExceeded]

    let method: String
    let error: ProtocolError

    /// The refusal of a connection beyond the limit.
    static let tooManyConnections = RefusalRule("connect", .limitExceeded)

    /// Parses a rule; nil for anything else.
    init?(_ text: String) {
        let parts = text.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, Self.methods.contains(parts[0]), let name = ProtocolError.Name(rawValue: parts[1]),
            parts[0] != "connect" || Self.errorsOfConnect.contains(name)
        else { return nil }
        self.init(parts[0], name)
    }

    private init(_ method: String, _ name: ProtocolError.Name) {
        self.method = method
        error = Self.error(name, isOfConnection: method == "connect")
    }

    /// Returns an error with the keys that one of this name has.
    private static func error(_ name: ProtocolError.Name, isOfConnection: Bool) -> ProtocolError {
        var error = ProtocolError(name, "refused on demand (--refuse)")
        switch name {
        case .permissionDenied: error.errno = "EPERM"
        case .noSuchTask: error.errno = "ESRCH"
        case .kernelError: error.errno = "ENOMEM"
        case .limitExceeded:
            error.limit =
                isOfConnection
                ? .init("connections_per_uid", allowed: 32, used: 32)
                : .init("requests_per_second", allowed: 5_000, used: 5_000)
        default: break
        }
        return error
    }
}

import Glibc

/// The environment that a service manager passes to a service, as documented in sd_listen_fds(3), sd_notify(3) and
/// sd_watchdog_enabled(3).
struct ServiceEnvironment: Equatable {
    /// The number of passed sockets, from descriptor 3 on.
    var sockets = 0
    /// The names of these sockets, in order; empty if the manager passes none.
    var names: [String] = []
    /// The socket on which the manager expects status reports.
    var notifySocket: String?
    /// The time without a keep-alive after which the manager kills the service.
    var watchdogNanoseconds: UInt64?

    /// A variable with an invalid value.
    struct Malformed: Error, CustomStringConvertible {
        let variable: String
        let value: String

        var description: String {
            "invalid value \"\(value)\" of environment variable \(variable) (unset it unless a service manager sets it)"
        }
    }

    static let firstDescriptor: Int32 = 3

    private static let variables = [
        "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "LISTEN_PIDFDID", "NOTIFY_SOCKET", "WATCHDOG_PID",
        "WATCHDOG_USEC",
    ]

    /// Creates an empty environment, without a service manager.
    init() {}

    /// Reads and removes the variables, so that they are used only once.
    static func take() throws(Malformed) -> ServiceEnvironment {
        var found: [String: String] = [:]
        for name in variables {
            guard let value = unsafe getenv(name) else { continue }
            found[name] = unsafe String(cString: value)
            unsafe unsetenv(name)
        }
        return try ServiceEnvironment(found, pid: getpid())
    }

    /// Parses the variables that are meant for the process with this pid.
    init(_ variables: [String: String], pid: Int32) throws(Malformed) {
        func number(_ name: String) throws(Malformed) -> UInt64? {
            guard let value = variables[name] else { return nil }
            guard let number = UInt64(value) else { throw Malformed(variable: name, value: value) }
            return number
        }
        let own = UInt64(pid)
        if try number("LISTEN_PID") == own {
            // The listening socket, and one socket for each CPU that a kernel can have.
            let most = 16_384
            guard let count = try number("LISTEN_FDS"), count <= most else {
                throw Malformed(variable: "LISTEN_FDS", value: variables["LISTEN_FDS"] ?? "")
            }
            sockets = Int(count)
            if let list = variables["LISTEN_FDNAMES"] {
                names = list.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
                guard names.count == sockets else { throw Malformed(variable: "LISTEN_FDNAMES", value: list) }
            }
        }
        if let path = variables["NOTIFY_SOCKET"] {
            guard path.count > 1, path.hasPrefix("/") || path.hasPrefix("@") else {
                throw Malformed(variable: "NOTIFY_SOCKET", value: path)
            }
            notifySocket = path
        }
        if let microseconds = try number("WATCHDOG_USEC"), try number("WATCHDOG_PID") ?? own == own {
            let (nanoseconds, overflows) = microseconds.multipliedReportingOverflow(by: 1_000)
            guard microseconds > 0, !overflows else {
                throw Malformed(variable: "WATCHDOG_USEC", value: "\(microseconds)")
            }
            watchdogNanoseconds = nanoseconds
        }
    }
}

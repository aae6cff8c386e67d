import Glibc

/// What a service manager tells a process that it starts, in environment variables: the protocol of systemd, as
/// sd_listen_fds(3), sd_notify(3) and sd_watchdog_enabled(3) document it.
struct ServiceEnvironment: Equatable {
    /// How many listening sockets the process was given, from descriptor 3 on.
    var sockets = 0
    /// Where the manager wants to be told how the service is.
    var notifySocket: String?
    /// After how long without a sign of life the manager ends the service.
    var watchdogNanoseconds: UInt64?

    /// A variable that does not hold what it should.
    struct Malformed: Error, CustomStringConvertible {
        let variable: String
        let value: String

        var description: String {
            "the environment variable \(variable) is \"\(value)\", which no service manager sets"
        }
    }

    static let firstDescriptor: Int32 = 3

    private static let variables = [
        "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "LISTEN_PIDFDID", "NOTIFY_SOCKET", "WATCHDOG_PID",
        "WATCHDOG_USEC",
    ]

    /// Reads the variables and removes them, so that nothing is taken twice.
    static func take() throws(Malformed) -> ServiceEnvironment {
        var found: [String: String] = [:]
        for name in variables {
            guard let value = unsafe getenv(name) else { continue }
            found[name] = unsafe String(cString: value)
            unsafe unsetenv(name)
        }
        return try ServiceEnvironment(found, pid: getpid())
    }

    /// What the variables say to the process of that pid; what is meant for another one says nothing.
    init(_ variables: [String: String], pid: Int32) throws(Malformed) {
        func number(_ name: String) throws(Malformed) -> UInt64? {
            guard let value = variables[name] else { return nil }
            guard let number = UInt64(value) else { throw Malformed(variable: name, value: value) }
            return number
        }
        let own = UInt64(pid)
        if try number("LISTEN_PID") == own {
            let most = 1_024
            guard let count = try number("LISTEN_FDS"), count <= most else {
                throw Malformed(variable: "LISTEN_FDS", value: variables["LISTEN_FDS"] ?? "")
            }
            sockets = Int(count)
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

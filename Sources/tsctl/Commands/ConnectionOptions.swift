import ArgumentParser
import TaskstatsClient

/// How to reach the daemon, the same for every command.
struct ConnectionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The socket of taskstatsd; default: $TASKSTATS_SOCKET, else \(TaskstatsConnection.defaultPath).",
            valueName: "path"),
        completion: .file())
    var socket: String?

    @Flag(help: "Print the lines that are sent (>) and received (<), with times, to standard error.")
    var debug = false

    /// The socket that was named, by option or environment, or the usual one.
    var path: String { socket ?? Environment["TASKSTATS_SOCKET"] ?? TaskstatsConnection.defaultPath }

    func connect() throws(TaskstatsError) -> TaskstatsConnection {
        try connect(within: TaskstatsConnection.defaultTimeout)
    }

    /// Connects, and waits for the greeting and each answer no longer than this.
    func connect(within timeout: Duration) throws(TaskstatsError) -> TaskstatsConnection {
        try TaskstatsConnection.connect(
            path: path, timeout: timeout, trace: debug ? WireLog.begin(connectingTo: path) : nil)
    }
}

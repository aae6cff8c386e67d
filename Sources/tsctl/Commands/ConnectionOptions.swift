import ArgumentParser
import TaskstatsClient

/// How to reach the daemon, the same for every command.
struct ConnectionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The socket of taskstatsd; default: $TASKSTATS_SOCKET, else \(TaskstatsConnection.defaultPath).",
            valueName: "path"))
    var socket: String?

    /// The socket that was named, by option or environment, or the usual one.
    var path: String { socket ?? Environment["TASKSTATS_SOCKET"] ?? TaskstatsConnection.defaultPath }

    func connect() throws(TaskstatsError) -> TaskstatsConnection {
        try TaskstatsConnection.connect(path: path)
    }
}

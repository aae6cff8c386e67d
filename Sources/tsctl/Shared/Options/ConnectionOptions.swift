import ArgumentParser
import CommandSupport
import Glibc
import Taskstats

/// The options for the connection to the daemon, the same for every command.
struct ConnectionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Daemon socket (default: $TASKSTATS_SOCKET, else \(TaskstatsConnection.defaultPath)).",
            valueName: "path"),
        completion: .file())
    var socket: String?

    @Flag(help: "Print sent (>) and received (<) lines with times to standard error.")
    var debug = false

    /// The path from the option or the environment, or the default.
    var path: String { socket ?? Environment["TASKSTATS_SOCKET"] ?? TaskstatsConnection.defaultPath }

    func connect() throws(TaskstatsError) -> TaskstatsConnection {
        try connect(within: TaskstatsConnection.defaultTimeout)
    }

    /// Connects, with a time limit for the handshake and for each reply.
    func connect(within timeout: Duration) throws(TaskstatsError) -> TaskstatsConnection {
        try TaskstatsConnection.connect(
            path: path, timeout: timeout, trace: debug ? WireLog.begin(connectingTo: path) : nil)
    }
}

/// A note for users who see only their own tasks, once per command and only on a terminal.
enum AccessHint {
    static let text =
        "only your own tasks are shown: root and the members of the group taskstats see the tasks of all users"

    static func printIfNeeded(_ server: ServerInfo, filter: RecordFilter = RecordFilter()) {
        guard server.access == .own else { return }
        if let uids = filter.uids, !uids.contains(server.uid) {
            Console.print("you see only your own tasks, so no task can satisfy the condition on the user")
        } else if isatty(STDERR_FILENO) == 1 {
            Console.print(text)
        }
    }
}

/// A note that the kernel does not count most delays, because values of 0 would be misleading.
enum DelayAccountingHint {
    static let text =
        "delay accounting is off, so only waits for a CPU are counted; "
        + "turn it on with 'sysctl kernel.task_delayacct=1', for tasks that start afterwards"

    /// The fields that are counted only with delay accounting.
    static let affected = FieldSet(
        Field.allCases.filter { ($0.group == .delay || $0.group == .extreme) && !$0.name.hasPrefix("cpu_") })

    static func printIfNeeded(_ server: ServerInfo, fields: FieldSet) {
        if server.delayAccounting == false, !fields.intersection(affected).isEmpty { Console.print(text) }
    }
}

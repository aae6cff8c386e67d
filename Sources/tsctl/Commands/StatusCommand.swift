import ArgumentParser
import TaskstatsClient

/// `tsctl status`: the daemon and its counters.
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Shows the daemon, what it takes you for, its counters and its limits.",
        discussion: """
            Counters of the daemon are shown to those who may see every process. Those of a CPU count from when it was \
            registered, which is when somebody subscribed to it.

            With --interval it goes on until Ctrl-C, with what happened per second: in place on a terminal, one after \
            the other elsewhere.

            Examples:
              tsctl status
              tsctl status --interval 1
              tsctl status --json | jq .daemon.clients
              tsctl status --openmetrics > /var/lib/node_exporter/taskstatsd.prom
            """)

    @Option(
        help: ArgumentHelp("Show it again after so many seconds, with what happened per second.", valueName: "seconds"),
        transform: Interval.init(parsing:))
    var interval: Interval?

    @Flag(help: "Print the counters as one line of JSON.")
    var json = false

    @Flag(name: .customLong("openmetrics"), help: "Print the counters as OpenMetrics text, for Prometheus.")
    var openMetrics = false

    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        if openMetrics, json || interval != nil {
            throw ValidationError("--openmetrics goes with neither --json nor --interval.")
        }
    }

    func run() throws {
        let socket = connection.path
        let connection = try connection.connect()
        connection.keepsText = json
        if let interval {
            return try StatusStream(connection: connection, socket: socket, json: json)
                .run(every: .milliseconds(interval.milliseconds))
        }
        var output = StandardOutput()
        if json {
            output.line(try connection.statusText())
        } else {
            let status = try connection.status()
            let lines =
                openMetrics
                ? StatusMetrics.lines(connection.server, status)
                : StatusScreen(
                    server: connection.server, status: status, socket: socket, style: .forStandardOutput()
                ).lines
            for line in lines { output.line(line) }
        }
        try output.flush()
    }
}

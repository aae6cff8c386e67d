import ArgumentParser
import Taskstats

/// `tsctl status`: the daemon and its counters.
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Shows the daemon, your access, its counters and its limits.",
        discussion: """
            Users who can see every process also see the counters of the daemon. The counters of a CPU start when it \
            is registered, which happens when the first client subscribes to it.

            With --interval the status repeats until Ctrl-C or --count, with rates per second: in place on a terminal, \
            otherwise one after another. \(DurationArgument.explanation)

            --prometheus prints the text format 0.0.4, which promtool and the textfile collector of node_exporter \
            read; --openmetrics prints OpenMetrics 1.0, for servers that scrape. --output replaces its file \
            atomically, under the rules of record --force, so that a reader never sees a partial file.

            Examples:
              tsctl status
              tsctl status --interval 1
              tsctl status --json | jq .daemon.clients
              tsctl status --prometheus | promtool check metrics
              tsctl status --prometheus --output /var/lib/prometheus/node-exporter/ts.prom
            """)

    @Option(
        help: ArgumentHelp("Repeat after this time, with rates per second.", valueName: "time"),
        transform: DurationArgument.interval)
    var interval: DurationArgument?

    @Option(
        help: ArgumentHelp("Stop after this number of intervals.", valueName: "number"), transform: CountArgument.parse)
    var count: Int?

    @Flag(help: "Print the counters as one line of JSON.")
    var json = false

    @Flag(help: "Print the counters in the text format of Prometheus.")
    var prometheus = false

    @Flag(name: .customLong("openmetrics"), help: "Print the counters as OpenMetrics text.")
    var openMetrics = false

    @Option(help: ArgumentHelp("Write to this file and replace it atomically.", valueName: "file"), completion: .file())
    var output: String?

    @OptionGroup var reconnection: ReconnectOption
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        guard [json, prometheus, openMetrics].count(where: { $0 }) <= 1 else {
            throw ValidationError("Give either --json, --prometheus or --openmetrics.")
        }
        if interval != nil, prometheus || openMetrics || output != nil {
            throw ValidationError("--interval cannot be combined with --prometheus, --openmetrics or --output.")
        }
        if count != nil, interval == nil { throw ValidationError("--count requires --interval.") }
        if reconnection.reconnect, interval == nil { throw ValidationError("--reconnect requires --interval.") }
    }

    func run() throws {
        let socket = connection.path
        let connection = try connection.connect()
        connection.keepsText = json
        if let interval {
            return try StatusStream(
                connection: connection, socket: socket, json: json, reconnector: reconnection.reconnector
            ).run(every: interval.duration, count: count)
        }
        let lines = try lines(connection, socket)
        if let output {
            try OutputFile.replace(output, with: lines)
        } else {
            var output = StandardOutput()
            for line in lines { output.line(line) }
            try output.flush()
        }
    }

    private func lines(_ connection: TaskstatsConnection, _ socket: String) throws(TaskstatsError) -> [String] {
        if json { return [String(decoding: try connection.statusText(), as: UTF8.self)] }
        let status = try connection.status()
        if prometheus { return StatusMetrics.lines(connection.server, status, .prometheus) }
        if openMetrics { return StatusMetrics.lines(connection.server, status, .openMetrics) }
        let style = output == nil ? Style.forStandardOutput() : Style(isOn: false)
        return StatusScreen(server: connection.server, status: status, socket: socket, style: style).lines
    }
}

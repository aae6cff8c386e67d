import ArgumentParser
import TaskstatsClient

/// `tsctl status`: the daemon and its counters.
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Shows the daemon, what it takes you for, and its counters.",
        discussion: """
            Counters of the daemon are shown to those who may see every process.

            Examples:
              tsctl status
              tsctl status --json | jq .daemon.clients
            """)

    @Flag(help: "Print the counters as one line of JSON.")
    var json = false

    @OptionGroup var connection: ConnectionOptions

    func run() throws {
        let socket = connection.path
        let connection = try connection.connect()
        var output = StandardOutput()
        if json {
            connection.keepsText = true
            output.line(try connection.statusText())
        } else {
            let screen = StatusScreen(
                server: connection.server, status: try connection.status(), socket: socket,
                style: .forStandardOutput())
            for line in screen.lines { output.line(line) }
        }
        try output.flush()
    }
}

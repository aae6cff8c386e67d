import ArgumentParser
import Taskstats
import TaskstatsProtocol

/// `tsctl fields`: the fields of a record.
struct FieldsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fields",
        abstract: "Lists the fields of a record: unit, first struct version, group and meaning.",
        discussion: """
            The names and groups are the values for --fields. The table is built into tsctl and needs no daemon. If a \
            daemon answers, the column HERE shows whether its kernel fills the field: "no" if its struct is too old, \
            "off" if delay accounting is off, so that the field is 0. PROCESS shows whether the sums of a process have \
            it too. Times in whole ticks are raw: get and run scale them to the measured run time.

            Examples:
              tsctl fields
              tsctl fields --group delay
              tsctl fields --json | jq -r '.[] | select(.unit == "ns").name'
            """)

    @Option(
        help: ArgumentHelp("Show only the fields of this group.", valueName: "name"),
        completion: .list(FieldGroup.allCases.map(\.rawValue)))
    var group: FieldGroup?

    @Flag(help: "Print a JSON array with the keys of the protocol's describe.")
    var json = false

    @OptionGroup var connection: ConnectionOptions

    /// The time limit for the daemon, which the table does not require.
    private static let timeout = Duration.seconds(1)

    func run() throws {
        let fields = Field.allCases.filter { group == nil || $0.group == group }
        var output = StandardOutput()
        if json {
            var writer = JSONWriter(capacity: 16_384)
            Field.writeDescriptions(of: fields, to: &writer)
            output.line(writer.finish().array)
        } else {
            let server = try? connection.connect(within: Self.timeout).server
            for line in FieldsScreen(fields: fields, server: server, style: .forStandardOutput()).lines {
                output.line(line)
            }
        }
        try output.flush()
    }
}

extension FieldGroup: ExpressibleByArgument {}

import ArgumentParser
import TaskstatsClient
import TaskstatsProtocol

/// `tsctl fields`: what the kernel counts.
struct FieldsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fields",
        abstract: "Lists the fields of a record: unit, first struct version, group and meaning.",
        discussion: """
            The names and groups are what --fields takes. The table is tsctl's own and needs no daemon. Where one \
            answers, the column HERE says whether its kernel fills the field: "no" when its struct is too old, "off" \
            when delay accounting is off, so that it reads 0. PROCESS says whether the sums of a process have it too.

            Examples:
              tsctl fields
              tsctl fields --group delay
              tsctl fields --json | jq -r '.[] | select(.unit == "ns").name'
            """)

    @Option(
        help: ArgumentHelp("Only the fields of this group.", valueName: "name"),
        completion: .list(FieldGroup.allCases.map(\.rawValue)))
    var group: FieldGroup?

    @Flag(help: "Print an array of JSON, with the members that the protocol's describe has.")
    var json = false

    @OptionGroup var connection: ConnectionOptions

    /// Who only wants a table does not wait for a daemon that does not answer.
    private static let patience = Duration.seconds(1)

    func run() throws {
        let fields = Field.allCases.filter { group == nil || $0.group == group }
        var output = StandardOutput()
        if json {
            var writer = JSONWriter(capacity: 16_384)
            Field.writeDescriptions(of: fields, to: &writer)
            output.line(writer.finish().array)
        } else {
            let server = try? connection.connect(within: Self.patience).server
            for line in FieldsScreen(fields: fields, server: server, style: .forStandardOutput()).lines {
                output.line(line)
            }
        }
        try output.flush()
    }
}

extension FieldGroup: ExpressibleByArgument {}

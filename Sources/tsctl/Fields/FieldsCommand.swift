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

/// The table of fields, with those that the kernel of a daemon fills.
struct FieldsScreen {
    let fields: [Field]
    /// The daemon, if one answered.
    let server: ServerInfo?
    let style: Style

    var lines: [String] {
        var columns = ["NAME", "UNIT", "SINCE", "GROUP", "PROCESS", "HERE", "MEANING"].map {
            Column(title: $0, alignment: $0 == "SINCE" ? .right : .left, width: 0)
        }
        var rows = fields.map(cells)
        if server == nil {
            columns.remove(at: Self.here)
            for index in rows.indices { rows[index].remove(at: Self.here) }
        }
        let table = Table.lines(rows, columns)
        return [style.heading(table[0])] + table.dropFirst()
    }

    private static let here = 5

    private func cells(_ field: Field) -> [String] {
        [
            field.name, field.unit == .none ? "-" : field.unit.rawValue, "\(field.firstVersion)", field.group.rawValue,
            field.isFilledInProcessRecords ? "yes" : "no", isFilled(field), field.meaning,
        ]
    }

    private func isFilled(_ field: Field) -> String {
        guard let server else { return "" }
        if Int(field.firstVersion) > server.taskstatsVersion { return "no" }
        return server.delayAccounting == false && DelayAccountingHint.affected.contains(field) ? "off" : "yes"
    }
}

import Taskstats

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

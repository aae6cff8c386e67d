/// A column of a table: its title and how its cells stand.
struct Column: Equatable {
    enum Alignment { case left, right }

    var title: String
    var alignment: Alignment
    /// The least width, in terminal columns.
    var width: Int
    /// Whether cells that are wider are cut; the others push what follows to the right.
    var cuts = false

    /// A cell of that column, without the padding that would only end a line.
    func cell(_ text: String, isLast: Bool) -> String {
        let text = cuts ? PrintableText.cut(text, to: width) : text
        let padding = String(repeating: " ", count: max(0, width - PrintableText.width(text)))
        switch alignment {
        case .left: return isLast ? text : text + padding
        case .right: return padding + text
        }
    }
}

/// Rows of cells under titles.
enum Table {
    /// One row, its cells a gap apart.
    static func row(_ cells: [String], _ columns: [Column], gap: String = " ") -> String {
        zip(cells, columns).enumerated()
            .map { index, pair in pair.1.cell(pair.0, isLast: index == columns.count - 1) }
            .joined(separator: gap)
    }

    /// The titles and the rows, each column as wide as its widest cell.
    static func lines(_ rows: [[String]], _ columns: [Column], gap: String = "  ") -> [String] {
        var columns = columns
        for index in columns.indices {
            let cells = [columns[index].title] + rows.map { $0[index] }
            columns[index].width = max(columns[index].width, cells.map(PrintableText.width).max() ?? 0)
        }
        return ([columns.map(\.title)] + rows).map { row($0, columns, gap: gap) }
    }

    /// Labels with their values behind them, all values starting in one column.
    static func facts(_ facts: [(label: String, value: String?)]) -> [String] {
        facts.compactMap { label, value in
            value.map { label + String(repeating: " ", count: max(1, factColumn - label.count)) + $0 }
        }
    }

    /// Where the values of facts start.
    static let factColumn = 18
}

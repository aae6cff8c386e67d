import CommandSupport

/// A column of a table: its title and the shape of its cells.
struct Column: Equatable {
    enum Alignment { case left, right }

    var title: String
    var alignment: Alignment
    /// The minimum width, in terminal columns.
    var width: Int
    /// Whether wider cells are cut; otherwise they push the following ones to the right.
    var cuts = false

    /// Formats a cell of the column, without padding at the end of a line.
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
    /// Formats one row, with a gap between its cells.
    static func row(_ cells: [String], _ columns: [Column], gap: String = " ") -> String {
        zip(cells, columns).enumerated()
            .map { index, pair in pair.1.cell(pair.0, isLast: index == columns.count - 1) }
            .joined(separator: gap)
    }

    /// Formats the titles and the rows, with each column as wide as its widest cell.
    static func lines(_ rows: [[String]], _ columns: [Column], gap: String = "  ") -> [String] {
        var columns = columns
        for index in columns.indices {
            let cells = [columns[index].title] + rows.map { $0[index] }
            columns[index].width = max(columns[index].width, cells.map(PrintableText.width).max() ?? 0)
        }
        return ([columns.map(\.title)] + rows).map { row($0, columns, gap: gap) }
    }

    /// Formats labels and values, with all values in one column.
    static func facts(_ facts: [(label: String, value: String?)]) -> [String] {
        facts.compactMap { label, value in
            value.map { label + String(repeating: " ", count: max(1, factColumn - label.count)) + $0 }
        }
    }

    /// The column of the values of facts.
    static let factColumn = 18
}

/// A column that a narrow terminal can omit.
protocol DispensableColumn {
    /// The title and shape.
    var column: Column { get }
    /// The removal order, highest first; 0: never removed.
    var rank: Int { get }
}

extension Array where Element: DispensableColumn {
    /// Returns the columns that fit into a width, without the most dispensable ones that need not be kept; all if there
    /// is none.
    func fitting(_ width: Int?, keeping isKept: (Element) -> Bool = { _ in false }) -> [Element] {
        guard let width else { return self }
        var columns = self
        func total() -> Int { columns.reduce(columns.count - 1) { $0 + $1.column.width } }
        while total() > width, let rank = columns.filter({ !isKept($0) }).map(\.rank).max(), rank > 0 {
            columns.removeAll { $0.rank == rank && !isKept($0) }
        }
        return columns
    }
}

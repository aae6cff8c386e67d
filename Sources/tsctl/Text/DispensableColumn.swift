/// A column of which a narrow terminal can do without.
protocol DispensableColumn {
    /// Its title and shape.
    var column: Column { get }
    /// How dispensable it is; 0: never left out.
    var rank: Int { get }
}

extension Array where Element: DispensableColumn {
    /// Those that fit into a width, the most dispensable left out first, but for what is kept; all where there is no width.
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

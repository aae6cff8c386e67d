import CommandSupport

/// A column of top when tasks are added up.
struct TopGroupColumn: DispensableColumn {
    /// The column of single tasks.
    let base: TopColumn
    let grouping: Grouping

    /// The title and shape.
    var column: Column {
        switch base {
        case .pid: Column(title: "TASKS", alignment: .right, width: 7)
        case .end: Column(title: "ENDED", alignment: .right, width: 6)
        case .command: Column(title: grouping.title, alignment: .left, width: 15)
        default: base.column
        }
    }

    /// The removal order on a narrow screen, highest first; 0: never removed.
    var rank: Int { base.rank }

    /// Returns the columns that fit into a width, without those that only single tasks have.
    static func fitting(_ width: Int?, keeping sorted: TopColumn, by grouping: Grouping) -> [TopGroupColumn] {
        TopColumn.allCases.filter { $0 != .user && $0 != .ppid }.map { TopGroupColumn(base: $0, grouping: grouping) }
            .fitting(width) { $0.base == sorted }
    }
}

extension TopGroup {
    /// Returns the number in a column; nil for a column with the same content as for single tasks.
    func count(_ column: TopColumn) -> UInt64? {
        switch column {
        case .pid: living
        case .end: ended
        default: nil
        }
    }
}

extension TopColumn {
    /// Returns the title, which differs if tasks are added up.
    func title(by grouping: Grouping?) -> String {
        (grouping.map { TopGroupColumn(base: self, grouping: $0).column } ?? column).title
    }
}

import ArgumentParser
import TaskstatsClient

/// How the rows of a table are arranged.
struct ArrangementOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Sort by this column or field.", valueName: "name"),
        completion: .list(TaskColumn.usual.map(\.name) + Field.allCases.map(\.name)))
    var sort: String?

    @Flag(help: "The other way round.")
    var reverse = false

    @Option(help: ArgumentHelp("Show no more rows than this.", valueName: "number"))
    var limit: Int?

    /// Whether there is any.
    var isGiven: Bool { sort != nil || reverse || limit != nil }

    var order: TaskTable.Order {
        TaskTable.Order(column: sort.flatMap(TaskColumn.named), isReversed: reverse, limit: limit)
    }

    func validate() throws {
        if let sort, TaskColumn.named(sort) == nil {
            let names = TaskColumn.usual.map(\.name).joined(separator: ", ")
            throw ValidationError("there is no column or field '\(sort)'; columns are \(names)")
        }
        if let limit, limit < 1 { throw ValidationError("--limit is an integer from 1.") }
    }
}

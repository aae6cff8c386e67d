import ArgumentParser
import Taskstats

/// The options for the order and number of the rows of a table.
struct ArrangementOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Sort by this column or field.", valueName: "name"),
        completion: .list(TaskColumn.names + Field.allCases.map(\.name)))
    var sort: String?

    @Flag(help: "Reverse the sort order.")
    var reverse = false

    @Option(
        help: ArgumentHelp("Show at most this number of rows.", valueName: "number"), transform: CountArgument.parse)
    var limit: Int?

    /// Whether any option is given.
    var isGiven: Bool { sort != nil || reverse || limit != nil }

    var order: TaskTable.Order {
        TaskTable.Order(column: sort.flatMap(TaskColumn.named), isReversed: reverse, limit: limit)
    }

    func validate() throws {
        if let sort, TaskColumn.named(sort) == nil {
            let names = TaskColumn.names.joined(separator: ", ")
            throw ValidationError("unknown column or field '\(sort)'; the columns are \(names)")
        }
    }
}

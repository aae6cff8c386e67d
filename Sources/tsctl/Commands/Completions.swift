import ArgumentParser
import TaskstatsClient

/// What shells offer for values that are words of ours.
extension FieldSelection {
    /// The groups and fields, of which any number may stand between commas.
    static let completion = CompletionKind.list(FieldGroup.allCases.map(\.rawValue) + Field.allCases.map(\.name))
}

extension FilterExpression {
    /// The conditions; those that end with "=" take a value.
    static let completion = CompletionKind.list(
        ["comm="] + RecordFilter.Exit.allCases.map { "exit=\($0.rawValue)" }.sorted()
            + ["gid=", "min_elapsed=", "ppid=", "uid="])
}

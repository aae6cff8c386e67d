import ArgumentParser
import Taskstats

/// The fields of `--fields`, in the given order.
struct FieldSelection: Equatable {
    let fields: [Field]

    /// The fields to request from the daemon.
    var set: FieldSet { FieldSet(fields) }

    /// Parses names of fields and groups separated by commas.
    init(parsing text: String) throws(ValidationError) {
        var fields: [Field] = []
        for name in text.split(separator: ",").map(String.init) {
            guard let named = FieldSet(named: name) else {
                let groups = FieldGroup.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError(
                    "unknown field or group '\(name)'; groups are \(groups), fields are those of <linux/taskstats.h>"
                )
            }
            for field in named where !fields.contains(field) { fields.append(field) }
        }
        guard !fields.isEmpty else { throw ValidationError("it contains no field") }
        self.fields = fields
    }
}

/// Shell completions for values with fixed words.
extension FieldSelection {
    /// The groups and fields, of which several can be given between commas.
    static let completion = CompletionKind.list(FieldGroup.allCases.map(\.rawValue) + Field.allCases.map(\.name))
}

extension FilterExpression {
    /// The conditions; those that end in "=" take a value.
    static let completion = CompletionKind.list(
        ["cgroup=", "comm=", "command_line=", "container="]
            + RecordFilter.Exit.allCases.map { "exit=\($0.rawValue)" }.sorted()
            + ["gid=", "min_elapsed=", "ppid=", "uid=", "unit="])
}

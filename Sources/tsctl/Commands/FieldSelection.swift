import ArgumentParser
import TaskstatsClient

/// The members named by `--fields`, in the order in which they were named.
struct FieldSelection: Equatable {
    let fields: [Field]

    /// What is asked of the daemon.
    var set: FieldSet { FieldSet(fields) }

    /// Reads names of fields and groups between commas.
    init(parsing text: String) throws(ValidationError) {
        var fields: [Field] = []
        for name in text.split(separator: ",").map(String.init) {
            guard let named = FieldSet(named: name) else {
                let groups = FieldGroup.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError(
                    "there is no field or group '\(name)'; groups are \(groups), fields are named as in <linux/taskstats.h>"
                )
            }
            for field in named where !fields.contains(field) { fields.append(field) }
        }
        guard !fields.isEmpty else { throw ValidationError("names no field") }
        self.fields = fields
    }
}

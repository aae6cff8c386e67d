import TaskstatsModel
import TaskstatsProtocol

/// The schema of `stats`, generated from the field table: the contents of Protocol/schema/stats.schema.json.
enum FieldSchema {
    /// The whole file.
    static var text: String {
        let sums = Field.allCases.filter(\.isFilledInProcessRecords).map(\.name)
        let waited = Field.allCases.filter(waits.contains).map(\.name)
        return """
            {
              "$schema": "https://json-schema.org/draft/2020-12/schema",
              "$id": "https://taskstatsd.invalid/protocol/1.1/stats.schema.json",
              "title": "Statistics of a task",
              "$comment": "Generated from the field table by FieldSchemaTests; do not edit.",
              "type": "object",
              "additionalProperties": false,
              "properties": {
            \(Field.allCases.map(properties).joined(separator: ",\n"))
              },
              "dependentRequired": {"ac_comm_hex": ["ac_comm"]},
              "$defs": {
                "process": {
                  "title": "The sums of a process: only what the kernel adds up over threads",
                  "$ref": "#",
                  "propertyNames": \(choice("A field that the kernel sums", sums, indent: 6))
                },
                "waits": {
                  "title": "Fields of waits",
                  "$ref": "#",
                  "minProperties": 1,
                  "propertyNames": \(choice("A field of a wait", waited, indent: 6))
                },
                "field": \(choice("The name of a field", Field.allCases.map(\.name), indent: 4)),
                "group": \(choice("The name of a group", FieldGroup.allCases.map(\.rawValue), indent: 4)),
                "unit": \(choice("What a field counts", FieldUnit.allCases.map(\.rawValue), indent: 4))
              }
            }

            """
    }

    private static let waits = WaitKind.allCases.reduce(FieldSet()) { $0.union($1.fields) }

    /// Returns the JSON keys for a field of the struct.
    private static func properties(_ field: Field) -> String {
        let facts = #"""
                "\#(field.name)": {"$ref": "types.schema.json#/$defs/\#(field.kind.definition)", "unit": "\#(field.unit.rawValue)",
                  "since": \#(field.firstVersion), "group": "\#(field.group.rawValue)", "in_tgid_stats": \#(field.isFilledInProcessRecords),
                  "description": "\#(field.meaning)"}
            """#
        guard field.kind == .command else { return facts }
        let bytes = #"{"description": "The bytes of \#(field.name), when they are not UTF-8.", "type": "string","#
        return facts
            + ",\n    \"\(field.name)_hex\": \(bytes)\n      \"pattern\": \"^([0-9a-f]{2}){1,\(field.kind.width)}$\"}"
    }

    /// Returns a choice of these words, as many per line as fit.
    private static func choice(_ title: String, _ words: [String], indent: Int) -> String {
        let margin = String(repeating: " ", count: indent)
        let widest = 118
        var lines = [""]
        for word in words.map({ "\"\($0)\"" }) {
            let last = lines[lines.count - 1]
            if last.isEmpty {
                lines[lines.count - 1] = "\(margin)  \(word)"
            } else if last.utf8.count + word.utf8.count + 2 > widest {
                lines[lines.count - 1] += ","
                lines.append("\(margin)  \(word)")
            } else {
                lines[lines.count - 1] += ", \(word)"
            }
        }
        return "{\"title\": \"\(title)\", \"enum\": [\n\(lines.joined(separator: "\n"))\n\(margin)]}"
    }
}

extension FieldKind {
    /// The definition in types.schema.json for a value of this kind.
    fileprivate var definition: String {
        switch self {
        case .i8: "nice"
        case .timestamp: "nanoseconds"
        default: rawValue
        }
    }
}

import TaskstatsModel
import TaskstatsProtocol

/// The schema of `stats`, written from the field table: Protocol/schema/stats.schema.json is this text.
enum FieldSchema {
    /// The whole file.
    static var text: String {
        """
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "$id": "https://taskstatsd.invalid/protocol/1.0/stats.schema.json",
          "title": "Statistics of a task; written from the field table by the tests, not by hand",
          "type": "object",
          "additionalProperties": false,
          "properties": {
        \(Field.allCases.map(properties).joined(separator: ",\n"))
          },
          "dependentRequired": {"ac_comm_hex": ["ac_comm"]},
          "$defs": {
            "process": {
              "description": "The sums of a process: only what the kernel adds up over threads.",
              "$ref": "#",
              "propertyNames": \(choice(Field.allCases.filter(\.isFilledInProcessRecords).map(\.name), indent: 6))
            },
            "field": \(choice(Field.allCases.map(\.name), indent: 4)),
            "group": \(choice(FieldGroup.allCases.map(\.rawValue), indent: 4)),
            "unit": \(choice(FieldUnit.allCases.map(\.rawValue), indent: 4))
          }
        }

        """
    }

    /// The members of JSON that a field of the struct becomes.
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

    /// One of these words, as many to a line as fit.
    private static func choice(_ words: [String], indent: Int) -> String {
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
        return "{\"enum\": [\n\(lines.joined(separator: "\n"))\n\(margin)]}"
    }
}

extension FieldKind {
    /// The definition in types.schema.json that a value of this kind satisfies.
    fileprivate var definition: String {
        switch self {
        case .i8: "nice"
        case .timestamp: "nanoseconds"
        default: rawValue
        }
    }
}

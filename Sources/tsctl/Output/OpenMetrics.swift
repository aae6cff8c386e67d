/// A text in the format of OpenMetrics 1.0, as Prometheus reads it: families of metrics, then its end.
struct OpenMetrics {
    /// What a family's numbers do.
    enum Kind: String {
        /// They go up and down.
        case gauge
        /// They only grow, until they begin anew.
        case counter
        /// They say nothing, their labels do.
        case info

        fileprivate var suffix: String {
            switch self {
            case .gauge: ""
            case .counter: "_total"
            case .info: "_info"
            }
        }
    }

    /// One number of a family.
    struct Sample {
        var labels: [(name: String, value: String)] = []
        var value: String
    }

    private(set) var lines: [String] = []

    /// Adds a family; a unit must be the end of its name.
    mutating func family(_ name: String, _ kind: Kind, unit: String? = nil, _ help: String, _ samples: [Sample]) {
        lines.append("# TYPE \(name) \(kind.rawValue)")
        if let unit { lines.append("# UNIT \(name) \(unit)") }
        lines.append("# HELP \(name) \(Self.escaped(help))")
        for sample in samples {
            let labels = sample.labels.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }.joined(separator: ",")
            lines.append("\(name)\(kind.suffix)\(labels.isEmpty ? "" : "{\(labels)}") \(sample.value)")
        }
    }

    /// Adds a family of one number.
    mutating func family(
        _ name: String, _ kind: Kind, unit: String? = nil, _ help: String, _ value: some BinaryInteger
    ) {
        family(name, kind, unit: unit, help, [Sample(value: "\(value)")])
    }

    /// Adds what every text ends with: one without it was cut off.
    mutating func end() { lines.append("# EOF") }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": result += "\\\\"
            case "\"": result += "\\\""
            case "\n": result += "\\n"
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }
}

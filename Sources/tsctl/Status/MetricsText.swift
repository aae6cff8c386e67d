/// Metric families in a text format of Prometheus.
struct MetricsText {
    /// The text format.
    enum Format {
        /// OpenMetrics 1.0, for servers that scrape.
        case openMetrics
        /// The text format 0.0.4 of Prometheus, which node_exporter's textfile collector and promtool read.
        case prometheus
    }

    /// The type of a family.
    enum Kind: String {
        /// A number that goes up and down.
        case gauge
        /// A number that only grows, until it restarts.
        case counter
        /// No number, only labels.
        case info

        fileprivate var suffix: String {
            switch self {
            case .gauge: ""
            case .counter: "_total"
            case .info: "_info"
            }
        }
    }

    /// One sample of a family.
    struct Sample {
        var labels: [(name: String, value: String)] = []
        var value: String
    }

    private let format: Format
    private(set) var lines: [String] = []

    init(_ format: Format) { self.format = format }

    /// Adds a family; its name must end with the unit.
    mutating func family(_ name: String, _ kind: Kind, unit: String? = nil, _ help: String, _ samples: [Sample]) {
        switch format {
        case .openMetrics:
            lines.append("# TYPE \(name) \(kind.rawValue)")
            if let unit { lines.append("# UNIT \(name) \(unit)") }
            lines.append("# HELP \(name) \(Self.escaped(help))")
        case .prometheus:
            // In this format a family has the name of its samples, and there is no info type.
            lines.append("# HELP \(name)\(kind.suffix) \(Self.escapedHelp(help))")
            lines.append("# TYPE \(name)\(kind.suffix) \(kind == .info ? Kind.gauge.rawValue : kind.rawValue)")
        }
        for sample in samples {
            let labels = sample.labels.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }.joined(separator: ",")
            lines.append("\(name)\(kind.suffix)\(labels.isEmpty ? "" : "{\(labels)}") \(sample.value)")
        }
    }

    /// Adds a family with one sample.
    mutating func family(
        _ name: String, _ kind: Kind, unit: String? = nil, _ help: String, _ value: some BinaryInteger
    ) {
        family(name, kind, unit: unit, help, [Sample(value: "\(value)")])
    }

    /// Adds the end, without which an OpenMetrics text counts as truncated.
    mutating func end() {
        if format == .openMetrics { lines.append("# EOF") }
    }

    /// Escapes a help text of the Prometheus format, in which quotes stay as they are.
    private static func escapedHelp(_ text: String) -> String {
        text.split(separator: "\\", omittingEmptySubsequences: false).joined(separator: "\\\\")
            .split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\\n")
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": result += "\\\\"
            case "\"": result += "\\\""
            case "\n": result += "\\n"
            default:
                // The kernel's and the daemon's texts are labels, and this can be shown on a terminal.
                let text = String(character)
                let shown = PrintableText.of(text)
                result += shown == text ? text : "\\" + shown
            }
        }
        return result
    }
}

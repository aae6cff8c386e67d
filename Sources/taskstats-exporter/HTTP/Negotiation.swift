import CommandSupport

/// The choice of a format and of an encoding by the headers of a request.
enum Negotiation {
    /// Returns the format that the client prefers; the text format 0.0.4 if it states none, or only others.
    static func format(accept: String?) -> MetricsText.Format {
        var best: (format: MetricsText.Format, quality: Int) = (.prometheus, -1)
        for range in ranges(accept ?? "") {
            let format: MetricsText.Format
            switch range.name {
            case "application/openmetrics-text":
                guard ["1.0.0", "0.0.1", nil].contains(range.parameters["version"]) else { continue }
                format = .openMetrics
            case "text/plain":
                guard ["0.0.4", nil].contains(range.parameters["version"]) else { continue }
                format = .prometheus
            case "text/*", "*/*": format = .prometheus
            default: continue
            }
            if range.quality > max(best.quality, 0) { best = (format, range.quality) }
        }
        return best.format
    }

    /// Returns whether the client accepts gzip.
    static func acceptsGzip(_ acceptEncoding: String?) -> Bool {
        let ranges = ranges(acceptEncoding ?? "")
        let gzip = ranges.first { $0.name == "gzip" || $0.name == "x-gzip" } ?? ranges.first { $0.name == "*" }
        return (gzip?.quality ?? 0) > 0
    }

    /// The media type of a format.
    static func contentType(_ format: MetricsText.Format) -> String {
        switch format {
        case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
        case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
        }
    }

    /// One element of a header, with its quality in thousandths.
    private struct Range {
        var name: String
        var parameters: [String: String] = [:]
        var quality = 1_000
    }

    private static func ranges(_ header: String) -> [Range] {
        header.split(separator: ",").map { element in
            let parts = element.split(separator: ";").map(trimmed)
            var range = Range(name: (parts.first ?? "").lowercased())
            for part in parts.dropFirst() {
                guard let sign = part.firstIndex(of: "=") else { continue }
                let name = trimmed(part[..<sign]).lowercased()
                let value = trimmed(part[part.index(after: sign)...])
                if name == "q" { range.quality = quality(value) } else { range.parameters[name] = value }
            }
            return range
        }
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        return String(text.drop(while: isBlank).reversed().drop(while: isBlank).reversed())
    }

    /// Returns "0.75" as 750; 0 for anything else.
    private static func quality(_ text: String) -> Int {
        guard let value = Double(text), (0...1).contains(value) else { return 0 }
        return Int(value * 1_000)
    }
}

/// Metric families in a text format of Prometheus.
///
/// This is the only encoder of both formats, for `tsctl status` and for the exporter. Samples follow the family that was
/// begun last. Values are exact: integers, or nanoseconds written as decimal seconds.
package struct MetricsText {
    /// The text format.
    package enum Format: Sendable, CaseIterable {
        /// OpenMetrics 1.0, for servers that scrape.
        case openMetrics
        /// The text format 0.0.4 of Prometheus, which node_exporter's textfile collector and promtool read.
        case prometheus
    }

    /// The type of a family.
    package enum Kind: String {
        /// A number that goes up and down.
        case gauge
        /// A number that only grows, until it restarts.
        case counter
        /// No number, only labels.
        case info
        /// Cumulative counts of values up to each bound, with their sum and count.
        case histogram

        fileprivate var suffix: String {
            switch self {
            case .gauge, .histogram: ""
            case .counter: "_total"
            case .info: "_info"
            }
        }
    }

    /// The format.
    package let format: Format
    /// The text so far.
    package private(set) var bytes: [UInt8] = []
    private var sampleName: [UInt8] = []

    /// Creates an empty text.
    package init(_ format: Format, capacity: Int = 4_096) {
        self.format = format
        bytes.reserveCapacity(capacity)
    }

    /// The text so far, as lines.
    package var lines: [String] {
        String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            .map(String.init)
    }

    /// Removes and returns the text so far; the family continues.
    package mutating func take() -> [UInt8] {
        let taken = bytes
        bytes.removeAll(keepingCapacity: true)
        return taken
    }

    /// Begins a family; its name must end with the unit.
    package mutating func begin(_ name: String, _ kind: Kind, unit: String? = nil, _ help: String) {
        switch format {
        case .openMetrics:
            text("# TYPE \(name) \(kind.rawValue)\n")
            if let unit { text("# UNIT \(name) \(unit)\n") }
            text("# HELP \(name) \(Self.escaped(help, quotes: true))\n")
        case .prometheus:
            // In this format a family has the name of its samples, and there is no info type.
            let type = kind == .info ? Kind.gauge : kind
            text("# HELP \(name)\(kind.suffix) \(Self.escaped(help, quotes: false))\n")
            text("# TYPE \(name)\(kind.suffix) \(type.rawValue)\n")
        }
        sampleName = Array("\(name)\(kind.suffix)".utf8)
    }

    /// Adds a sample without labels.
    package mutating func sample(_ value: UInt64) { sample(MetricLabels(), value) }

    /// Adds a sample with an integer.
    package mutating func sample(_ labels: MetricLabels, _ value: UInt64) {
        start(labels)
        number(value)
        newline()
    }

    /// Adds a sample with a time in seconds, given in nanoseconds.
    package mutating func sample(_ labels: MetricLabels = MetricLabels(), nanoseconds: UInt64) {
        start(labels)
        seconds(nanoseconds)
        newline()
    }

    /// Adds a sample with another value.
    package mutating func sample(_ labels: MetricLabels = MetricLabels(), text value: String) {
        start(labels)
        text(value)
        newline()
    }

    /// Adds a sample with one more label, whose value needs no escape.
    package mutating func sample(_ labels: MetricLabels, _ name: StaticString, _ word: String, _ value: UInt64) {
        start(labels, name, word)
        number(value)
        newline()
    }

    /// Adds a sample with one more label, whose value needs no escape, and a time in seconds, given in nanoseconds.
    package mutating func sample(
        _ labels: MetricLabels, _ name: StaticString, _ word: String, nanoseconds: UInt64
    ) {
        start(labels, name, word)
        seconds(nanoseconds)
        newline()
    }

    /// Adds the samples of a histogram of times: the counts of each bucket, the last of which has no bound.
    package mutating func histogram(_ labels: MetricLabels, bounds: [String], counts: [UInt64], nanoseconds: UInt64) {
        var count: UInt64 = 0
        for (index, more) in counts.enumerated() {
            count &+= more
            start(labels, "le", index < bounds.count ? bounds[index] : "+Inf", suffix: "_bucket")
            number(count)
            newline()
        }
        start(labels, suffix: "_sum")
        seconds(nanoseconds)
        newline()
        start(labels, suffix: "_count")
        number(count)
        newline()
    }

    /// Adds the end, without which an OpenMetrics text counts as truncated.
    package mutating func end() {
        if format == .openMetrics { text("# EOF\n") }
    }

    // MARK: Parts

    private mutating func start(
        _ labels: MetricLabels, _ name: StaticString? = nil, _ word: String = "", suffix: StaticString = ""
    ) {
        bytes.append(contentsOf: sampleName)
        append(suffix)
        if labels.bytes.isEmpty, name == nil { return bytes.append(UInt8(ascii: " ")) }
        bytes.append(UInt8(ascii: "{"))
        bytes.append(contentsOf: labels.bytes)
        if let name {
            if !labels.bytes.isEmpty { bytes.append(UInt8(ascii: ",")) }
            append(name)
            bytes.append(UInt8(ascii: "="))
            bytes.append(UInt8(ascii: "\""))
            text(word)
            bytes.append(UInt8(ascii: "\""))
        }
        bytes.append(UInt8(ascii: "}"))
        bytes.append(UInt8(ascii: " "))
    }

    private mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { unsafe bytes.append(contentsOf: $0) }
    }

    private mutating func text(_ text: String) { bytes.append(contentsOf: text.utf8) }

    private mutating func newline() { bytes.append(UInt8(ascii: "\n")) }

    private mutating func number(_ value: UInt64) {
        guard value >= 10 else { return bytes.append(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: value)) }
        digits(value, atLeast: 1)
    }

    /// Appends decimal digits, with leading zeros up to a number of digits.
    private mutating func digits(_ value: UInt64, atLeast least: Int) {
        let start = bytes.count
        var (rest, count) = (value, 0)
        while rest > 0 || count < least {
            bytes.append(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
            count += 1
        }
        bytes[start...].reverse()
    }

    /// Appends nanoseconds as decimal seconds, without zeros at the end of the fraction.
    private mutating func seconds(_ nanoseconds: UInt64) {
        let (whole, fraction) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        number(whole)
        guard fraction > 0 else { return }
        bytes.append(UInt8(ascii: "."))
        digits(fraction, atLeast: 9)
        while bytes.last == UInt8(ascii: "0") { bytes.removeLast() }
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var result = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": result += "\\\\"
            case "\"" where quotes: result += "\\\""
            case "\n": result += "\\n"
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }
}

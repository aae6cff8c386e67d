import CommandSupport
import Taskstats

/// Numbers as a picture shows them: short, with a unit.
enum PictureText {
    /// Formats a time with about three digits: "42 µs", "4.2 ms", "1.20 s", "2 min 5 s", "3 h 12 min".
    static func duration(_ nanoseconds: UInt64) -> String {
        let seconds = nanoseconds / 1_000_000_000 + (nanoseconds % 1_000_000_000 >= 500_000_000 ? 1 : 0)
        switch nanoseconds {
        case 0: return "0"
        case ..<999_500: return "\((nanoseconds + 500) / 1_000) µs"
        case ..<9_950_000: return DecimalText.fixed(Double(nanoseconds) / 1e6, 1) + " ms"
        case ..<999_500_000: return "\((nanoseconds + 500_000) / 1_000_000) ms"
        case ..<9_995_000_000: return DecimalText.fixed(Double(nanoseconds) / 1e9, 2) + " s"
        case ..<59_950_000_000: return DecimalText.fixed(Double(nanoseconds) / 1e9, 1) + " s"
        default: break
        }
        if seconds < 3_600 { return "\(seconds / 60) min \(seconds % 60) s" }
        if seconds < 86_400 { return "\(seconds / 3_600) h \(seconds % 3_600 / 60) min" }
        return "\(seconds / 86_400) d \(seconds % 86_400 / 3_600) h"
    }

    /// Formats a coordinate, without needless decimals.
    static func coordinate(_ value: Double) -> String {
        let text = DecimalText.fixed(value, 1)
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    /// Formats a count with separators: "12,345".
    static func count(_ value: some BinaryInteger) -> String {
        var (digits, result) = (String(value), "")
        while digits.count > 3 {
            result = "," + digits.suffix(3) + result
            digits = String(digits.dropLast(3))
        }
        return digits + result
    }

    /// Formats a count with its noun: "1 process", "12,345 processes".
    static func count(_ value: some BinaryInteger, _ singular: String, _ plural: String) -> String {
        "\(count(value)) \(value == 1 ? singular : plural)"
    }

    /// Cuts a text to a number of columns; the last is then an ellipsis.
    static func cut(_ text: String, to columns: Int) -> String {
        guard PrintableText.width(text) > columns else { return text }
        return PrintableText.cut(text, to: columns).dropLast() + "…"
    }

    /// Breaks a text into lines of at most this many columns.
    static func wrapped(_ text: String, to columns: Int) -> [String] {
        var lines = [""]
        for word in text.split(separator: " ") {
            let line = lines[lines.count - 1]
            if line.isEmpty {
                lines[lines.count - 1] = String(word)
            } else if PrintableText.width(line) + PrintableText.width(String(word)) < columns {
                lines[lines.count - 1] += " " + word
            } else {
                lines.append(String(word))
            }
        }
        return lines.map { cut($0, to: columns) }
    }
}

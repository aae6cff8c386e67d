/// A time in an option or a condition: "2" and "0.5" are seconds, "500ms" and "10min" have a unit.
///
/// It is a whole number of microseconds.
package struct DurationArgument: Hashable, Sendable {
    /// The time, in microseconds.
    package let microseconds: UInt64

    /// The units, from the shortest to the longest, in microseconds.
    private static let units: [(name: String, microseconds: UInt64)] = [
        ("us", 1), ("ms", 1_000), ("s", 1_000_000), ("min", 60_000_000), ("h", 3_600_000_000), ("d", 86_400_000_000),
    ]

    /// The text of an error, after the name and value of the option.
    package static let expectation = "must be \(forms)"
    private static let forms =
        "a number of seconds, or a number with a unit (us, ms, s, min, h, d), as in 0.5, 500ms or 2min"

    /// Returns the text of an error for an option with limits.
    package static func expectation(in range: ClosedRange<DurationArgument>) -> String {
        "must be from \(range.lowerBound) to \(range.upperBound): \(forms)"
    }

    package init(microseconds: UInt64) { self.microseconds = microseconds }

    package init(seconds: UInt64) { self.init(microseconds: seconds * 1_000_000) }

    /// Parses a number, with a fraction and a unit if they are given; nil for anything else, or if it does not fit.
    package init?(_ text: String) {
        let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let unit = text.dropFirst(number.count)
        guard let scale = Self.units.first(where: { $0.name == (unit.isEmpty ? "s" : unit) })?.microseconds else {
            return nil
        }
        let parts = number.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, let whole = UInt64(parts[0]) else { return nil }
        let (product, isTooLarge) = whole.multipliedReportingOverflow(by: scale)
        guard !isTooLarge, let fraction = Self.fraction(parts.dropFirst().first, of: scale) else { return nil }
        let (sum, overflow) = product.addingReportingOverflow(fraction)
        guard !overflow, sum <= UInt64(Int64.max) else { return nil }
        microseconds = sum
    }

    /// Returns the microseconds of decimals, 0 without any; nil if they are not a whole number of microseconds.
    private static func fraction(_ decimals: Substring?, of scale: UInt64) -> UInt64? {
        guard let decimals else { return 0 }
        guard (1...9).contains(decimals.utf8.count), let number = UInt64(decimals) else { return nil }
        let divisor = decimals.utf8.reduce(1 as UInt64) { product, _ in product * 10 }
        let (product, overflow) = number.multipliedReportingOverflow(by: scale)
        return overflow || product % divisor != 0 ? nil : product / divisor
    }

    /// The same as a duration.
    package var duration: Duration { .microseconds(Int64(clamping: microseconds)) }
}

extension Duration {
    /// The whole microseconds; 0 for a negative duration.
    package var wholeMicroseconds: UInt64 {
        let (seconds, attoseconds) = components
        return UInt64(clamping: seconds) * 1_000_000 + UInt64(clamping: attoseconds / 1_000_000_000_000)
    }
}

extension DurationArgument: Comparable {
    package static func < (left: Self, right: Self) -> Bool { left.microseconds < right.microseconds }
}

extension DurationArgument: CustomStringConvertible {
    /// The time in the longest unit of which it is a multiple, in a form that can be parsed: "2s", "1500ms".
    package var description: String {
        guard microseconds > 0, let unit = Self.units.last(where: { microseconds % $0.microseconds == 0 }) else {
            return "0s"
        }
        return "\(microseconds / unit.microseconds)\(unit.name)"
    }
}

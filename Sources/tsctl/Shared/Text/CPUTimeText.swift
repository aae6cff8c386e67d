import Taskstats

/// CPU time for people: one value if its bounds are close together, else a range.
enum CPUTimeText {
    /// Formats a cell of a column of milliseconds: "15.734", "0.0–3.7", "12.3–14.1 s".
    static func milliseconds(_ time: CPUTime) -> String {
        if isNarrow(time) { return DecimalText.shortMilliseconds(nanoseconds: time.lowerNanoseconds) }
        let (text, unit) = bounds(time)
        return unit == "ms" ? text : "\(text) \(unit)"
    }

    /// Formats a value with its unit: "15.734 ms", "0.0–3.7 ms".
    static func withUnit(_ time: CPUTime) -> String {
        if isNarrow(time) { return DecimalText.duration(nanoseconds: time.lowerNanoseconds) }
        let (text, unit) = bounds(time)
        return "\(text) \(unit)"
    }

    /// Returns whether the bounds differ by at most 2 %, or by less than a table shows.
    static func isNarrow(_ time: CPUTime) -> Bool {
        time.widthNanoseconds <= max(time.upperNanoseconds / 50, 50_000)
    }

    private static func bounds(_ time: CPUTime) -> (text: String, unit: String) {
        let (divisor, unit): (UInt64, String) =
            switch time.upperNanoseconds {
            case ..<10_000_000_000: (1_000_000, "ms")
            case ..<600_000_000_000: (1_000_000_000, "s")
            case ..<36_000_000_000_000: (60_000_000_000, "min")
            default: (3_600_000_000_000, "h")
            }
        // The lower bound is rounded down and the upper one up, so that the range remains correct.
        let (lower, upper) = (time.lowerNanoseconds / (divisor / 10), (time.upperNanoseconds - 1) / (divisor / 10) + 1)
        return ("\(lower / 10).\(lower % 10)–\(upper / 10).\(upper % 10)", unit)
    }
}

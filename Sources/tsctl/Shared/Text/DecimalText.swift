import Taskstats

/// Numbers for people, without locale: times in milliseconds, bytes in binary units.
enum DecimalText {
    /// Formats milliseconds with three decimals, so that a column of them lines up: "35.120".
    static func milliseconds(nanoseconds: UInt64) -> String {
        let microseconds = nanoseconds / 1_000 + (nanoseconds % 1_000 >= 500 ? 1 : 0)
        return fraction(microseconds, decimals: 3)
    }

    /// Formats a time for a column of milliseconds; a long one has a unit: "0.042", "1204.2", "12.35 s", "2h 13min".
    static func shortMilliseconds(nanoseconds: UInt64) -> String {
        switch nanoseconds {
        case ..<1_000_000_000: milliseconds(nanoseconds: nanoseconds)
        case ..<10_000_000_000: fraction((nanoseconds + 50_000) / 100_000, decimals: 1)
        default: long(nanoseconds: nanoseconds)
        }
    }

    /// Formats a time with its unit: "0.042 ms", "1204.250 ms", "12.35 s", "2h 13min".
    static func duration(nanoseconds: UInt64) -> String {
        nanoseconds < 10_000_000_000
            ? milliseconds(nanoseconds: nanoseconds) + " ms" : long(nanoseconds: nanoseconds)
    }

    private static func long(nanoseconds: UInt64) -> String {
        let seconds = nanoseconds / 1_000_000_000
        let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400)
        if days > 0 { return "\(days)d \(hours % 24)h" }
        if hours > 0 { return "\(hours)h \(minutes % 60)min" }
        if minutes > 0 { return "\(minutes)min \(seconds % 60)s" }
        return fraction(nanoseconds / 10_000_000, decimals: 2) + " s"
    }

    /// Formats bytes in the largest unit that leaves a number of at least 1: "512 B", "5.2 MiB".
    static func bytes(_ count: UInt64) -> String {
        let unit = byteUnit(of: count)
        return "\(inUnit(count, unit)) \(units[unit])"
    }

    /// Formats two numbers of bytes in the unit of the larger one: "100.0–200.0 KiB".
    static func bytes(from lower: UInt64, to upper: UInt64) -> String {
        let unit = byteUnit(of: upper)
        return "\(inUnit(lower, unit))–\(inUnit(upper, unit)) \(units[unit])"
    }

    private static func byteUnit(of count: UInt64) -> Int {
        count == 0 ? 0 : min((63 - count.leadingZeroBitCount) / 10, units.count - 1)
    }

    private static func inUnit(_ count: UInt64, _ unit: Int) -> String {
        guard unit > 0 else { return "\(count)" }
        // Dividing first keeps the product within 64 bits.
        let tenths = (count >> UInt64(10 * (unit - 1))) * 10 / 1_024
        return "\(tenths / 10).\(tenths % 10)"
    }

    /// Formats a period in its two largest units: "2 h 13 min", "12.345 s", "0.870 ms".
    static func period(microseconds: UInt64) -> String {
        let seconds = microseconds / 1_000_000
        let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400)
        if days > 0 { return "\(days) d \(hours % 24) h" }
        if hours > 0 { return "\(hours) h \(minutes % 60) min" }
        if minutes > 0 { return "\(minutes) min \(seconds % 60) s" }
        if seconds > 0 { return fraction(microseconds / 1_000, decimals: 3) + " s" }
        return fraction(microseconds, decimals: 3) + " ms"
    }

    /// Formats seconds with one decimal, longer periods in their units: "60.0 s", "2 h 13 min".
    static func seconds(microseconds: UInt64) -> String {
        if microseconds >= 120_000_000 { return period(microseconds: microseconds) }
        return fraction(microseconds / 100_000 + (microseconds % 100_000 >= 50_000 ? 1 : 0), decimals: 1) + " s"
    }

    private static let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]

    /// Formats a number with this many decimals.
    static func fixed(_ value: Double, _ decimals: Int) -> String {
        let scale = (0..<decimals).reduce(1) { result, _ in result * 10 }
        let scaled = Int(clamping: Int64(max(-9e15, min(9e15, (value * Double(scale)).rounded()))))
        guard decimals > 0 else { return "\(scaled)" }
        let fraction = String(scale + abs(scaled) % scale).dropFirst()
        return "\(scaled < 0 ? "-" : "")\(abs(scaled) / scale).\(fraction)"
    }

    /// Returns the number divided by that power of ten.
    private static func fraction(_ value: UInt64, decimals: Int) -> String {
        let digits = String(value)
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
        return padded.dropLast(decimals) + "." + padded.suffix(decimals)
    }
}

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

/// Counters of I/O as people read them.
///
/// The kernel rounds each of them down to a multiple of 1,024 for each task, including the numbers of calls. So a sum
/// over tasks lacks less than 1,024 for each of them, and 0 means fewer than that.
enum IOCountText {
    private static let unit: UInt64 = 1_024

    /// Formats the sum over this number of tasks: "under 4.0 KiB", "100.0–200.0 KiB", or one figure where the bounds are within 2 %.
    static func sum(_ value: UInt64, of field: Field, tasks: UInt64) -> String {
        guard value > 0 else { return "under " + text(tasks * unit, field) }
        let (upper, overflow) = value.addingReportingOverflow(tasks * unit)
        if tasks <= 1 || overflow || upper - value <= upper / 50 { return text(value, field) }
        return field.unit == .count ? "\(value)–\(upper)" : DecimalText.bytes(from: value, to: upper)
    }

    /// Formats the value of one task or process for a table: "<1.0 KiB", "4.0 KiB".
    static func cell(_ value: UInt64, of field: Field) -> String {
        value > 0 ? text(value, field) : "<" + text(unit, field)
    }

    private static func text(_ value: UInt64, _ field: Field) -> String {
        field.unit == .count ? "\(value)" : DecimalText.bytes(value)
    }
}

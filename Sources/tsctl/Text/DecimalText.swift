/// Numbers as people read them, without locale: times in milliseconds, bytes in binary units.
enum DecimalText {
    /// Milliseconds with three decimals, so that a column of them lines up: "35.120".
    static func milliseconds(nanoseconds: UInt64) -> String {
        let microseconds = nanoseconds / 1_000 + (nanoseconds % 1_000 >= 500 ? 1 : 0)
        return fraction(microseconds, decimals: 3)
    }

    /// Milliseconds with as many decimals as matter: "0.042", "35.120", "1204.2", "86400001".
    static func shortMilliseconds(nanoseconds: UInt64) -> String {
        switch nanoseconds {
        case ..<1_000_000_000: milliseconds(nanoseconds: nanoseconds)
        case ..<1_000_000_000_000: fraction((nanoseconds + 50_000) / 100_000, decimals: 1)
        default: String(nanoseconds / 1_000_000 + (nanoseconds % 1_000_000 >= 500_000 ? 1 : 0))
        }
    }

    /// Bytes in the largest unit that leaves a number of at least 1: "512 B", "5.2 MiB".
    static func bytes(_ count: UInt64) -> String {
        var unit = 0
        var (whole, tenths) = (count, UInt64(0))
        while whole >= 1_024, unit < units.count - 1 {
            tenths = (whole % 1_024) * 10 / 1_024
            whole /= 1_024
            unit += 1
        }
        return unit == 0 ? "\(count) B" : "\(whole).\(tenths) \(units[unit])"
    }

    /// A period in the two largest units that matter: "2 h 13 min", "12.345 s", "0.870 ms".
    static func period(microseconds: UInt64) -> String {
        let seconds = microseconds / 1_000_000
        let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400)
        if days > 0 { return "\(days) d \(hours % 24) h" }
        if hours > 0 { return "\(hours) h \(minutes % 60) min" }
        if minutes > 0 { return "\(minutes) min \(seconds % 60) s" }
        if seconds > 0 { return fraction(microseconds / 1_000, decimals: 3) + " s" }
        return fraction(microseconds, decimals: 3) + " ms"
    }

    /// Seconds with one decimal: "60.0 s".
    static func seconds(microseconds: UInt64) -> String {
        fraction(microseconds / 100_000 + (microseconds % 100_000 >= 50_000 ? 1 : 0), decimals: 1) + " s"
    }

    private static let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]

    /// The number divided by that power of ten.
    private static func fraction(_ value: UInt64, decimals: Int) -> String {
        let digits = String(value)
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
        return padded.dropLast(decimals) + "." + padded.suffix(decimals)
    }
}

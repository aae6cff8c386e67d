/// Amounts in an interval as rates, for people.
enum Rate {
    /// Returns an amount per second, rounded down; it saturates.
    static func perSecond(_ amount: UInt64, in microseconds: UInt64) -> UInt64 {
        let product = amount.multipliedFullWidth(by: 1_000_000)
        // The quotient of a smaller high word fits.
        return product.high < microseconds ? microseconds.dividingFullWidth(product).quotient : amount == 0 ? 0 : .max
    }

    /// Returns a time in an interval as tenths of a percent of one thread's time.
    static func permille(nanoseconds: UInt64, in microseconds: UInt64) -> UInt64 {
        microseconds == 0 ? 0 : nanoseconds / microseconds
    }

    /// Formats tenths of a percent as percent with one decimal.
    static func percent(permille: UInt64) -> String { "\(permille / 10).\(permille % 10)" }

    /// Formats bytes in at most six characters, in the largest unit that leaves fewer than four digits: "12.5M".
    static func shortBytes(_ count: UInt64) -> String {
        guard count >= 1_000 else { return "\(count)" }
        var (tenths, unit) = (UInt128(count) * 10 / 1_024, 0)
        while tenths >= 10_000 { (tenths, unit) = (tenths / 1_024, unit + 1) }
        return "\(tenths / 10).\(tenths % 10)\(units[unit])"
    }

    private static let units = ["K", "M", "G", "T", "P", "E"]
}

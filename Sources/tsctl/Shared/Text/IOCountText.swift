import Taskstats

/// Counters of I/O as people read them.
///
/// The kernel rounds each of them down to 1,024 for each task, the numbers of calls too. So a sum over tasks lacks less than
/// 1,024 for each of them, and 0 says only that there were fewer.
enum IOCountText {
    private static let unit: UInt64 = 1_024

    /// The sum over so many tasks: "under 4.0 KiB", "100.0–200.0 KiB", or one figure where the bounds are within 2 %.
    static func sum(_ value: UInt64, of field: Field, tasks: UInt64) -> String {
        guard value > 0 else { return "under " + text(tasks * unit, field) }
        let (upper, overflow) = value.addingReportingOverflow(tasks * unit)
        if tasks <= 1 || overflow || upper - value <= upper / 50 { return text(value, field) }
        return field.unit == .count ? "\(value)–\(upper)" : DecimalText.bytes(from: value, to: upper)
    }

    /// The value of one task or process in a table: "<1.0 KiB", "4.0 KiB".
    static func cell(_ value: UInt64, of field: Field) -> String {
        value > 0 ? text(value, field) : "<" + text(unit, field)
    }

    private static func text(_ value: UInt64, _ field: Field) -> String {
        field.unit == .count ? "\(value)" : DecimalText.bytes(value)
    }
}

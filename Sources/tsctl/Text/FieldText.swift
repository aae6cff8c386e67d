import TaskstatsClient

/// The value of one member as people read it, with its unit; times in milliseconds.
enum FieldText {
    /// The value; nil when the record lacks it.
    static func of(_ field: Field, in record: TaskRecord) -> String? {
        if field == .acNice { return record.niceness.map { "\($0)" } }
        if field.kind == .command { return record.command.map(PrintableText.of) }
        if field.kind == .device { return record.executableDevice.map { "\($0.major):\($0.minor)" } }
        guard let value = record[field] else { return nil }
        switch field.unit {
        case .nanoseconds:
            return DecimalText.milliseconds(nanoseconds: value) + " ms"
        case .microseconds:
            return milliseconds(microseconds: value) + " ms"
        case .bytes:
            return DecimalText.bytes(value)
        case .kibibytes:
            return DecimalText.bytes(value.multipliedReportingOverflow(by: 1_024).partialValue)
        case .mebibyteMicroseconds:
            return "\(value) MiB*us"
        case .epochSeconds:
            return LocalClock.dateAndTime(seconds: value)
        case .epochNanoseconds:
            // The kernel has 0 for a longest wait that never was.
            return value == 0 ? "-" : LocalClock.dateAndTime(seconds: value / 1_000_000_000)
        case .none, .count, .userID, .groupID, .processID:
            return "\(value)"
        }
    }

    /// Microseconds as milliseconds with three decimals.
    static func milliseconds(microseconds: UInt64) -> String {
        DecimalText.milliseconds(nanoseconds: Nanoseconds.of(microseconds: microseconds))
    }
}

/// Times of either unit as nanoseconds.
enum Nanoseconds {
    /// Microseconds as nanoseconds, the largest number for those that go beyond it.
    static func of(microseconds: UInt64) -> UInt64 {
        let (product, overflow) = microseconds.multipliedReportingOverflow(by: 1_000)
        return overflow ? .max : product
    }
}

import CommandSupport
import Taskstats

/// The value of one field for people, with its unit; times in milliseconds.
enum FieldText {
    /// Returns the value; nil if the record lacks it.
    static func of(_ field: Field, in record: TaskRecord, times: TimeFormat = .screen) -> String? {
        if field == .acNice { return record.niceness.map { "\($0)" } }
        if field.kind == .command { return record.commandBytes.map { PrintableText.of(name: $0) } }
        if field.kind == .device { return record.executableDevice.map { "\($0.major):\($0.minor)" } }
        guard let value = record[field] else { return nil }
        switch field.unit {
        case .nanoseconds:
            return DecimalText.duration(nanoseconds: value)
        case .microseconds:
            return DecimalText.duration(nanoseconds: Nanoseconds.of(microseconds: value))
        case .bytes:
            return DecimalText.bytes(value)
        case .kibibytes:
            return DecimalText.bytes(value.multipliedReportingOverflow(by: 1_024).partialValue)
        case .mebibyteMicroseconds:
            return "\(value) MiB*us"
        case .epochSeconds:
            return times.dateAndTime(seconds: value)
        case .epochNanoseconds:
            // The kernel has 0 for the time of a longest wait that did not happen.
            return value == 0 ? "-" : times.dateAndTime(seconds: value / 1_000_000_000)
        case .none, .count, .userID, .groupID, .processID:
            return "\(value)"
        }
    }
}

/// Conversion of times to nanoseconds.
enum Nanoseconds {
    /// Converts microseconds to nanoseconds; the result saturates.
    static func of(microseconds: UInt64) -> UInt64 {
        let (product, overflow) = microseconds.multipliedReportingOverflow(by: 1_000)
        return overflow ? .max : product
    }
}

import ArgumentParser

/// A span of time as people write one: a whole number with its unit, "500ms", "2s", "10min".
struct TimeSpan: Equatable {
    let microseconds: UInt64

    init?(_ text: String) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let scales: [String: UInt64] = [
            "us": 1, "ms": 1_000, "s": 1_000_000, "min": 60_000_000, "h": 3_600_000_000, "d": 86_400_000_000,
        ]
        guard let number = UInt64(digits), let scale = scales[String(text.dropFirst(digits.count))] else { return nil }
        let (product, overflow) = number.multipliedReportingOverflow(by: scale)
        guard !overflow, product <= UInt64(Int64.max) else { return nil }
        microseconds = product
    }

    /// Reads how long a command shall go on.
    init(parsing text: String) throws(ValidationError) {
        guard let span = TimeSpan(text), span.microseconds > 0 else {
            throw ValidationError("a time with its unit, as in 30s, 10min or 2h")
        }
        self = span
    }
}

extension Duration {
    /// The microseconds of a time that has passed.
    var wholeMicroseconds: UInt64 {
        let (seconds, attoseconds) = components
        return UInt64(clamping: seconds) * 1_000_000 + UInt64(clamping: attoseconds / 1_000_000_000_000)
    }
}

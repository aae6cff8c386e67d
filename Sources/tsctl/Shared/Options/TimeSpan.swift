import ArgumentParser

/// A period as users write it: a whole number with its unit, "500ms", "2s", "10min".
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

    private init(microseconds: UInt64) { self.microseconds = microseconds }

    /// Returns the rest of the period after some time, at least a microsecond.
    func minus(_ elapsed: Duration) -> TimeSpan {
        let elapsed = elapsed.wholeMicroseconds
        return TimeSpan(microseconds: elapsed < microseconds ? microseconds - elapsed : 1)
    }

    /// Parses the duration of a command.
    init(parsing text: String) throws(ValidationError) {
        guard let span = TimeSpan(text), span.microseconds > 0 else {
            throw ValidationError("must be a time with a unit, as in 30s, 10min or 2h")
        }
        self = span
    }
}

extension Duration {
    /// The whole microseconds of an elapsed time.
    var wholeMicroseconds: UInt64 {
        let (seconds, attoseconds) = components
        return UInt64(clamping: seconds) * 1_000_000 + UInt64(clamping: attoseconds / 1_000_000_000_000)
    }
}

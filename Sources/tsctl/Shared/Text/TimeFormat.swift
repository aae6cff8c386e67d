import Glibc

/// The format of printed times.
enum TimeFormat {
    /// For a screen: the local time of day, and the date only where the day is not obvious.
    case screen
    /// RFC 3339 with the local offset from UTC: "2026-11-23T03:13:20.123+01:00".
    case iso
    /// RFC 3339 in UTC: "2026-11-23T02:13:20.123Z".
    case utc

    /// Formats a time with milliseconds, for the rows of a stream.
    func milliseconds(nanoseconds: UInt64) -> String {
        self == .screen
            ? LocalClock.timeOfDay(nanoseconds: nanoseconds) : rfc3339(nanoseconds: nanoseconds, decimals: 3)
    }

    /// Formats a time in whole seconds, for the rows of intervals.
    func seconds(nanoseconds: UInt64) -> String {
        self == .screen
            ? String(LocalClock.timeOfDay(nanoseconds: nanoseconds).prefix(8))
            : rfc3339(nanoseconds: nanoseconds, decimals: 0)
    }

    /// Formats a date and time, from whole seconds since 1970.
    func dateAndTime(seconds: UInt64) -> String {
        guard self != .screen else { return LocalClock.dateAndTime(seconds: seconds) }
        return rfc3339(seconds: seconds, fraction: "")
    }

    /// The width of a column of times with milliseconds.
    var millisecondsWidth: Int {
        switch self {
        case .screen: 12
        case .iso: 29
        case .utc: 24
        }
    }

    /// The width of a column of times in whole seconds.
    var secondsWidth: Int { millisecondsWidth - 4 }

    /// Formats a time with this number of decimals, from 0 to 9, as RFC 3339; in UTC for a screen.
    func rfc3339(nanoseconds: UInt64, decimals: Int) -> String {
        let digits = String(1_000_000_000 + nanoseconds % 1_000_000_000).dropFirst().prefix(decimals)
        return rfc3339(seconds: nanoseconds / 1_000_000_000, fraction: decimals == 0 ? "" : ".\(digits)")
    }

    private func rfc3339(seconds: UInt64, fraction: String) -> String {
        guard var time = time_t(exactly: seconds) else { return "-" }
        var parts = unsafe tm()
        let isLocal = self == .iso
        guard unsafe (isLocal ? localtime_r(&time, &parts) : gmtime_r(&time, &parts)) != nil else { return "-" }
        let (year, month, day) = unsafe (Int(parts.tm_year) + 1_900, parts.tm_mon + 1, parts.tm_mday)
        let (hour, minute, second) = unsafe (parts.tm_hour, parts.tm_min, parts.tm_sec)
        // RFC 3339 has years of four digits.
        guard (0...9_999).contains(year) else { return "-" }
        let date = String(10_000 + year).dropFirst() + "-\(Self.two(month))-\(Self.two(day))"
        let offset = isLocal ? unsafe Self.offset(parts.tm_gmtoff) : "Z"
        return "\(date)T\(Self.two(hour)):\(Self.two(minute)):\(Self.two(second))\(fraction)\(offset)"
    }

    private static func offset(_ seconds: Int) -> String {
        let minutes = Int32(abs(seconds) / 60)
        return "\(seconds < 0 ? "-" : "+")\(two(minutes / 60)):\(two(minutes % 60))"
    }

    private static func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
}

/// Conversion of the kernel's times to local ones.
enum LocalClock {
    private struct Moment {
        var date: String
        var time: String
    }

    /// Formats a date and time of day: "2026-07-27 07:41:03".
    static func dateAndTime(seconds: UInt64) -> String {
        moment(seconds).map { "\($0.date) \($0.time)" } ?? "-"
    }

    /// Formats a time of day with milliseconds: "07:41:03.123".
    static func timeOfDay(nanoseconds: UInt64) -> String {
        let milliseconds = String(nanoseconds / 1_000_000 % 1_000)
        let padding = String(repeating: "0", count: 3 - milliseconds.count)
        return moment(nanoseconds / 1_000_000_000).map { "\($0.time).\(padding)\(milliseconds)" } ?? "-"
    }

    /// Returns the local offset from UTC at a time, in seconds.
    static func offset(seconds: UInt64) -> Int64 {
        guard var time = time_t(exactly: seconds) else { return 0 }
        var local = unsafe tm()
        guard unsafe localtime_r(&time, &local) != nil else { return 0 }
        return unsafe Int64(local.tm_gmtoff)
    }

    private static func moment(_ seconds: UInt64) -> Moment? {
        guard var time = time_t(exactly: seconds) else { return nil }
        var local = unsafe tm()
        guard unsafe localtime_r(&time, &local) != nil else { return nil }
        return unsafe Moment(
            date: "\(local.tm_year + 1900)-\(two(local.tm_mon + 1))-\(two(local.tm_mday))",
            time: "\(two(local.tm_hour)):\(two(local.tm_min)):\(two(local.tm_sec))")
    }

    private static func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
}

import Glibc

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

import Glibc
import Taskstats

/// A point in time as people write it: "yesterday 03:00", "03:00", "-2h", "10min", "2026-11-30T03:00:00+01:00".
struct TimeArgument: Equatable {
    static let explanation = """
        A point in time is an age (10min or -2h: that long ago), a time of day (03:00, 03:00:05.5), a date with or \
        without one (today, yesterday 03:00, 2026-11-30 03:00), all in local time, ISO 8601 with an offset or Z, now, \
        or @ and seconds since 1970. A time of day without a date is the last one before now; for --until it is the \
        first one after --since.
        """
    /// The text of an error, after the name and value of the option.
    static let expectation =
        "must be a point in time, as in 10min (ago), 03:00, yesterday 03:00, 2026-11-30 03:00 or an ISO 8601 time"

    private enum Form: Equatable {
        case absolute(UInt64)
        case age(microseconds: UInt64)
        /// Seconds and nanoseconds after midnight.
        case timeOfDay(seconds: Int32, nanoseconds: UInt64)
        /// A local date relative to today, or itself, with a time of day.
        case date(LocalDate, seconds: Int32, nanoseconds: UInt64)
    }

    private enum LocalDate: Equatable {
        case daysAgo(Int32)
        case of(year: Int32, month: Int32, day: Int32)
    }

    private let form: Form

    /// Parses a text; nil for anything else.
    init?(_ text: String) {
        let text = text.lowercased()
        if text == "now" {
            form = .age(microseconds: 0)
        } else if text.hasPrefix("@") {
            guard let seconds = UInt64(text.dropFirst()), seconds < UInt64(Int64.max) / 1_000_000_000 else {
                return nil
            }
            form = .absolute(seconds * 1_000_000_000)
        } else if let age = DurationArgument(text.hasPrefix("-") ? String(text.dropFirst()) : text) {
            form = .age(microseconds: age.microseconds)
        } else if let time = Self.timeOfDay(text[...]) {
            form = .timeOfDay(seconds: time.seconds, nanoseconds: time.nanoseconds)
        } else if let dated = Self.dated(text) {
            form = dated
        } else {
            return nil
        }
    }

    /// Returns the time in nanoseconds since 1970; nil if the date does not exist.
    ///
    /// A time of day is the first one after `start`, or the last one before now.
    func nanoseconds(now: UInt64, after start: UInt64? = nil) -> UInt64? {
        switch form {
        case .absolute(let time): return time
        case .age(let microseconds):
            let (age, overflow) = microseconds.multipliedReportingOverflow(by: 1_000)
            return overflow || age > now ? 0 : now - age
        case .date(let date, let seconds, let nanoseconds):
            return Self.local(date, seconds: seconds, now: now).map { $0 + nanoseconds }
        case .timeOfDay(let seconds, let nanoseconds):
            let reference = start ?? now
            let candidates = [Int32(-1), 0, 1].compactMap { days in
                Self.local(.daysAgo(-days), seconds: seconds, now: reference).map { $0 + nanoseconds }
            }
            return start == nil ? candidates.last { $0 <= now } : candidates.first { $0 > reference }
        }
    }

    // MARK: Parsing

    private static func dated(_ text: String) -> Form? {
        let separator = text.firstIndex { $0 == " " || ($0 == "t" && text.first?.isNumber == true) }
        let day = text[..<(separator ?? text.endIndex)]
        var rest = separator.map { text[text.index(after: $0)...] } ?? ""
        let offset = Self.takeOffset(&rest)
        guard let time = rest.isEmpty && separator == nil ? (0, 0) : timeOfDay(rest), let date = date(day) else {
            return nil
        }
        guard let offset else { return .date(date, seconds: time.seconds, nanoseconds: time.nanoseconds) }
        guard case .of(let year, let month, let day) = date else { return nil }
        var parts = unsafe tm()
        unsafe (parts.tm_year, parts.tm_mon, parts.tm_mday) = (year - 1_900, month - 1, day)
        let seconds = unsafe timegm(&parts) + Int(time.seconds) - offset
        guard seconds >= 0, unsafe parts.tm_mday == day else { return nil }
        return .absolute(UInt64(seconds) * 1_000_000_000 + time.nanoseconds)
    }

    private static func date(_ text: Substring) -> LocalDate? {
        if text == "today" { return .daysAgo(0) }
        if text == "yesterday" { return .daysAgo(1) }
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts.map(\.count) == [4, 2, 2], let year = number(parts[0], 1_970...9_999),
            let month = number(parts[1], 1...12), let day = number(parts[2], 1...31)
        else { return nil }
        return .of(year: year, month: month, day: day)
    }

    /// Parses "03:00", "03:00:05" and "03:00:05.123".
    private static func timeOfDay(_ text: Substring) -> (seconds: Int32, nanoseconds: UInt64)? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), (1...2).contains(parts[0].count), let hour = number(parts[0], 0...23),
            parts[1].count == 2, let minute = number(parts[1], 0...59)
        else { return nil }
        guard parts.count == 3 else { return (hour * 3_600 + minute * 60, 0) }
        let seconds = parts[2].split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(seconds.count), seconds[0].count == 2, let second = number(seconds[0], 0...59) else {
            return nil
        }
        guard seconds.count == 2 else { return (hour * 3_600 + minute * 60 + second, 0) }
        guard (1...9).contains(seconds[1].count), let decimals = number(seconds[1], 0...999_999_999) else { return nil }
        let scale = (seconds[1].count..<9).reduce(1 as UInt64) { scale, _ in scale * 10 }
        return (hour * 3_600 + minute * 60 + second, UInt64(decimals) * scale)
    }

    /// Takes "Z", "+01:00" or "-0530" from the end; nil if there is none.
    private static func takeOffset(_ text: inout Substring) -> Int? {
        if text.last == "z" {
            text.removeLast()
            return 0
        }
        guard let sign = text.lastIndex(where: { $0 == "+" || $0 == "-" }) else { return nil }
        let digits = text[text.index(after: sign)...].filter { $0 != ":" }
        guard digits.count == 4 || digits.count == 2, let hours = number(digits.prefix(2), 0...14),
            let minutes = digits.count == 2 ? 0 : number(digits.suffix(2), 0...59)
        else { return nil }
        let offset = Int(hours) * 3_600 + Int(minutes) * 60
        defer { text = text[..<sign] }
        return text[sign] == "-" ? -offset : offset
    }

    private static func number(_ text: some StringProtocol, _ range: ClosedRange<Int32>) -> Int32? {
        guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let number = Int32(text), range.contains(number)
        else { return nil }
        return number
    }

    // MARK: Local time

    private static func local(_ date: LocalDate, seconds: Int32, now: UInt64) -> UInt64? {
        var parts = unsafe tm()
        switch date {
        case .daysAgo(let days):
            var time = time_t(now / 1_000_000_000)
            guard unsafe localtime_r(&time, &parts) != nil else { return nil }
            unsafe parts.tm_mday -= days
        case .of(let year, let month, let day):
            unsafe (parts.tm_year, parts.tm_mon, parts.tm_mday) = (year - 1_900, month - 1, day)
        }
        unsafe (parts.tm_hour, parts.tm_min, parts.tm_sec) = (seconds / 3_600, seconds / 60 % 60, seconds % 60)
        unsafe parts.tm_isdst = -1
        let time = unsafe mktime(&parts)
        if case .of(_, let month, let day) = date {
            guard unsafe parts.tm_mon == month - 1, unsafe parts.tm_mday == day else { return nil }
        }
        return UInt64(exactly: time).map { $0 * 1_000_000_000 }
    }
}

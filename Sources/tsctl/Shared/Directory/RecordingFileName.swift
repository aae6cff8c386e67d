import Glibc

/// The name of a file in a directory of recordings: the time of its first record in UTC, and its number.
///
/// Numbers grow by one, so that names keep the order of the records even when the clock is set back. Then a new file is
/// begun, whose name says so; within a file, times do not run backwards.
struct RecordingFileName: Hashable {
    /// The time of the first record, in nanoseconds since 1970.
    let time: UInt64
    /// The number of the file in its directory, from 1.
    let number: UInt64
    /// Whether the clock was set back before the first record.
    let isSetBack: Bool

    private static let suffix = ".ndjson.zst"
    private static let setBack = "-set-back"

    /// Creates the name of a file.
    init(time: UInt64, number: UInt64, isSetBack: Bool = false) {
        self.time = time
        self.number = number
        self.isSetBack = isSetBack
    }

    /// The name: "20261130T062253.123456789Z-000042.ndjson.zst".
    var text: String {
        let time = TimeFormat.utc.rfc3339(nanoseconds: time, decimals: 9).filter { $0 != "-" && $0 != ":" }
        let digits = String(number)
        let padding = String(repeating: "0", count: max(0, 6 - digits.count))
        return "\(time)-\(padding)\(digits)\(isSetBack ? Self.setBack : "")\(Self.suffix)"
    }

    /// Parses a name; nil for that of a foreign file.
    init?(_ text: String) {
        guard text.hasSuffix(Self.suffix) else { return nil }
        var stem = text.dropLast(Self.suffix.count)
        isSetBack = stem.hasSuffix(Self.setBack)
        if isSetBack { stem = stem.dropLast(Self.setBack.count) }
        let parts = stem.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let number = Self.digits(parts[1]), let time = Self.time(parts[0]) else { return nil }
        self.number = number
        self.time = time
        guard self.text == text else { return nil }
    }

    /// Parses "20261130T062253.123456789Z".
    private static func time(_ text: Substring) -> UInt64? {
        let bytes = Array(text.utf8)
        guard bytes.count == 26, bytes[8] == UInt8(ascii: "T"), bytes[15] == UInt8(ascii: "."),
            bytes[25] == UInt8(ascii: "Z")
        else { return nil }
        func number(_ range: Range<Int>) -> Int32? {
            digits(Substring(decoding: bytes[range], as: UTF8.self)).flatMap { Int32(exactly: $0) }
        }
        guard let year = number(0..<4), let month = number(4..<6), let day = number(6..<8), let hour = number(9..<11),
            let minute = number(11..<13), let second = number(13..<15), let fraction = number(16..<25)
        else { return nil }
        var parts = unsafe tm()
        unsafe (parts.tm_year, parts.tm_mon, parts.tm_mday) = (year - 1_900, month - 1, day)
        unsafe (parts.tm_hour, parts.tm_min, parts.tm_sec) = (hour, minute, second)
        guard let seconds = unsafe UInt64(exactly: timegm(&parts)) else { return nil }
        return seconds * 1_000_000_000 + UInt64(fraction)
    }

    private static func digits(_ text: Substring) -> UInt64? {
        text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? UInt64(text) : nil
    }
}

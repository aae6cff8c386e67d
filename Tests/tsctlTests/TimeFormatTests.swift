import Glibc
import TestSupport
import Testing

@testable import tsctl

/// Times as RFC 3339.
@Suite struct TimeFormatTests {
    private let time: UInt64 = 1_795_400_000_123_456_789

    @Test func `times in UTC end with Z and have as many decimals as wanted`() {
        #expect(TimeFormat.utc.milliseconds(nanoseconds: time) == "2026-11-23T02:13:20.123Z")
        #expect(TimeFormat.utc.seconds(nanoseconds: time) == "2026-11-23T02:13:20Z")
        #expect(TimeFormat.utc.rfc3339(nanoseconds: time, decimals: 9) == "2026-11-23T02:13:20.123456789Z")
        #expect(TimeFormat.utc.dateAndTime(seconds: 0) == "1970-01-01T00:00:00Z")
        #expect(TimeFormat.utc.dateAndTime(seconds: .max) == "-")
        #expect(TimeFormat.utc.dateAndTime(seconds: 253_402_300_800) == "-", "the year 10000")
    }

    @Test func `columns are as wide as their times`() {
        for format in [TimeFormat.screen, .iso, .utc] {
            #expect(format.milliseconds(nanoseconds: time).utf8.count == format.millisecondsWidth)
            #expect(format.seconds(nanoseconds: time).utf8.count == format.secondsWidth)
        }
    }
}

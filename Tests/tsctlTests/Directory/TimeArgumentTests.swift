import Testing

@testable import tsctl

@Suite struct TimeArgumentTests {
    private let now: UInt64 = 1_795_400_000_000_000_000
    private let second: UInt64 = 1_000_000_000

    private func time(_ text: String, after start: UInt64? = nil) -> UInt64? {
        TimeArgument(text).flatMap { $0.nanoseconds(now: now, after: start) }
    }

    @Test func `an age is that long ago, with or without a minus`() {
        #expect(time("10min") == now - 600 * second)
        #expect(time("-2h") == now - 7_200 * second)
        #expect(time("0.5") == now - second / 2)
        #expect(time("now") == now)
        #expect(time("100000d") == 0)
    }

    @Test(
        arguments: [
            ("2026-11-23T02:13:20Z", 0), ("2026-11-23T03:13:20+01:00", 0), ("2026-11-22t23:43:20-0230", 0),
            ("2026-11-23 02:13:20.5Z", 500_000_000), ("@1795400000", 0),
        ] as [(String, UInt64)])
    func `a time with an offset is the same everywhere`(text: String, fraction: UInt64) {
        #expect(time(text) == now + fraction)
    }

    @Test func `a time of day is the last one before now, or the first one after the start`() throws {
        for text in ["03:00", "3:00", "23:59:59", "00:00"] {
            let last = try #require(time(text))
            #expect(last <= now && now - last < 86_400 * second, "\(text)")
            let first = try #require(time(text, after: now))
            #expect(first > now && first - now <= 86_400 * second, "\(text)")
        }
        let local = LocalClock.dateAndTime(seconds: try #require(time("03:00")) / second)
        #expect(local.hasSuffix(" 03:00:00"))
    }

    @Test func `dates are local`() throws {
        let today = LocalClock.dateAndTime(seconds: now / second).prefix(10)
        #expect(LocalClock.dateAndTime(seconds: try #require(time("today")) / second) == today + " 00:00:00")
        #expect(LocalClock.dateAndTime(seconds: try #require(time("today 03:04:05")) / second) == today + " 03:04:05")
        let yesterday = try #require(time("Yesterday 03:00"))
        #expect(LocalClock.dateAndTime(seconds: yesterday / second).hasSuffix(" 03:00:00"))
        #expect(yesterday < now)
        let date = try #require(time("2026-11-20 03:04"))
        #expect(LocalClock.dateAndTime(seconds: date / second) == "2026-11-20 03:04:00")
        #expect(time("2026-11-20T03:04") == date)
        #expect(time("2026-02-30") == nil)
    }

    @Test(arguments: [
        "", "foo", "-", "--5", "5 min", "3:0", "24:00", "03:60", "2026-13-01", "2026-1-1", "yesterday 3", "tomorrow",
        "today 03:00Z", "@", "@-1", "@99999999999999", "03:00:00.", "2026-11-23T02:13:20+15:00", "T03:00", "1:2:3:4",
    ])
    func `anything else is refused`(text: String) { #expect(time(text) == nil) }
}

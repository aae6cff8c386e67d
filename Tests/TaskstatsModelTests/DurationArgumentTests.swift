import TaskstatsModel
import Testing

@Suite struct DurationArgumentTests {
    @Test(
        arguments: [
            ("2", 2_000_000), ("0.5", 500_000), ("1.25", 1_250_000), ("0.125", 125_000), ("86400", 86_400_000_000),
            ("1.2345", 1_234_500), ("0", 0),
        ] as [(String, UInt64)])
    func `a bare number is seconds`(text: String, microseconds: UInt64) {
        #expect(DurationArgument(text)?.microseconds == microseconds)
    }

    @Test(
        arguments: [
            ("10us", 10), ("500ms", 500_000), ("1s", 1_000_000), ("1min", 60_000_000), ("1h", 3_600_000_000),
            ("2d", 172_800_000_000), ("0s", 0), ("1.5s", 1_500_000), ("0.25ms", 250), ("0.1min", 6_000_000),
        ] as [(String, UInt64)])
    func `a number can have a unit and decimals`(text: String, microseconds: UInt64) {
        #expect(DurationArgument(text)?.microseconds == microseconds)
    }

    @Test(arguments: [
        "", "s", "ms", ".", ".5", "5.", "1.2.3", "-1s", "+1", "1 s", "1e3", "5m", "5 sec", "0.5us", "1.2345678", "1S",
        "99999999999999999999s", "9999999999999h", "0.1234567891s", "٣s",
    ])
    func `anything else is no time`(text: String) {
        #expect(DurationArgument(text) == nil)
    }

    @Test(
        arguments: [
            (0, "0s"), (10, "10us"), (1_500_000, "1500ms"), (2_000_000, "2s"), (90_000_000, "90s"),
            (120_000_000, "2min"), (86_400_000_000, "1d"),
        ] as [(UInt64, String)])
    func `the description can be parsed again`(microseconds: UInt64, text: String) {
        #expect(DurationArgument(microseconds: microseconds).description == text)
        #expect(DurationArgument(text)?.microseconds == microseconds)
    }

    @Test func `errors name what is accepted`() {
        let forms = "a number of seconds, or a number with a unit (us, ms, s, min, h, d), as in 0.5, 500ms or 2min"
        #expect(DurationArgument.expectation == "must be \(forms)")
        let range = DurationArgument(microseconds: 100_000)...DurationArgument(seconds: 86_400)
        #expect(DurationArgument.expectation(in: range) == "must be from 100ms to 1d: \(forms)")
    }

    @Test func `negative durations have no microseconds`() {
        #expect(Duration.milliseconds(1_500).wholeMicroseconds == 1_500_000)
        #expect(Duration.seconds(-1).wholeMicroseconds == 0)
    }
}

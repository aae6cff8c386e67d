import Testing

@testable import tsctl

@Suite struct DecimalTextTests {
    @Test(arguments: [
        (0, "0.000"), (499, "0.000"), (500, "0.001"), (1_000, "0.001"), (35_120_000, "35.120"),
        (999_999_500, "1000.000"), (UInt64.max, "18446744073709.552"),
    ])
    func `milliseconds have three decimals, rounded`(nanoseconds: UInt64, text: String) {
        #expect(DecimalText.milliseconds(nanoseconds: nanoseconds) == text)
    }

    @Test(arguments: [
        (42_000, "0.042"), (999_999_000, "999.999"), (1_204_249_000, "1204.2"), (1_204_250_000, "1204.3"),
        (9_999_900_000, "9999.9"), (10_000_000_000, "10.00 s"), (59_999_999_999, "59.99 s"),
        (200_000_000_000, "3min 20s"), (7_980_000_000_000, "2h 13min"), (86_400_000_500_000, "1d 0h"),
        (UInt64.max, "213503d 23h"),
    ])
    func `long times in a column of milliseconds have a unit`(nanoseconds: UInt64, text: String) {
        #expect(DecimalText.shortMilliseconds(nanoseconds: nanoseconds) == text)
    }

    @Test(arguments: [(2_000_000, "2.0 s"), (119_900_000, "119.9 s"), (7_980_000_000, "2 h 13 min")])
    func `an elapsed time is shown in its largest units`(microseconds: UInt64, text: String) {
        #expect(DecimalText.seconds(microseconds: microseconds) == text)
    }

    @Test(arguments: [
        (0, "0 B"), (1_023, "1023 B"), (1_024, "1.0 KiB"), (1_535, "1.4 KiB"), (1_048_575, "1023.9 KiB"),
        (5_451_776, "5.1 MiB"), (UInt64.max, "15.9 EiB"),
    ])
    func `bytes are shown in the largest unit that fits, never rounded up`(count: UInt64, text: String) {
        #expect(DecimalText.bytes(count) == text)
    }

    @Test(arguments: [
        (0, "0.000 ms"), (870, "0.870 ms"), (999_999, "999.999 ms"), (1_000_000, "1.000 s"), (59_999_999, "59.999 s"),
        (60_000_000, "1 min 0 s"), (7_980_000_000, "2 h 13 min"), (273_600_000_000, "3 d 4 h"),
        (UInt64.max, "213503982 d 8 h"),
    ])
    func `periods are shown in their largest units`(microseconds: UInt64, text: String) {
        #expect(DecimalText.period(microseconds: microseconds) == text)
    }
}

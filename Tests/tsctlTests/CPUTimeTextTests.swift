import Taskstats
import Testing

@testable import tsctl

@Suite struct CPUTimeTextTests {
    private func time(_ lower: UInt64, _ upper: UInt64) -> CPUTime {
        CPUTime(lowerNanoseconds: lower * 1_000, upperNanoseconds: upper * 1_000)
    }

    @Test(arguments: [
        (0, 0, "0.000"), (0, 3_651, "0.0–3.7"), (15_734, 15_734, "15.734"), (999_000, 1_000_000, "999.000"),
        (15_734, 19_734, "15.7–19.8"), (1_204_250, 1_208_250, "1204.3"), (9_900_000, 12_310_000, "9.9–12.4 s"),
        (600_000_000, 900_000_000, "10.0–15.0 min"), (3_600_000_000, 90_000_000_000, "1.0–25.0 h"),
        (200_000_000, 200_004_000, "3min 20s"),
    ])
    func `close bounds are one figure, others are both, never closer than they are`(
        lower: UInt64, upper: UInt64, text: String
    ) {
        #expect(CPUTimeText.milliseconds(time(lower, upper)) == text)
    }

    @Test func `with its unit a time has it once`() {
        #expect(CPUTimeText.withUnit(time(0, 3_651)) == "0.0–3.7 ms")
        #expect(CPUTimeText.withUnit(time(15_734, 15_734)) == "15.734 ms")
        #expect(CPUTimeText.withUnit(time(9_900_000, 12_310_000)) == "9.9–12.4 s")
    }
}

import TestSupport
import Testing

@testable import TaskstatsProtocol

@Suite struct DecimalDigitsTests {
    @Test func `every power of ten and its neighbours have their digits`() {
        var power: UInt64 = 1
        for _ in 0..<20 {
            for value in [power - 1, power, power + 1, power &* 9 / 2] {
                #expect(DecimalDigits.text(value) == String(value))
            }
            power = power.multipliedReportingOverflow(by: 10).partialValue
        }
    }

    @Test func `every number below ten thousand has its digits`() {
        for value in 0..<10_000 as Range<UInt64> where DecimalDigits.text(value) != String(value) {
            Issue.record("\(value) became \(DecimalDigits.text(value))")
        }
    }

    @Test func `the largest number takes exactly the reserved space`() {
        #expect(DecimalDigits.text(.max) == "18446744073709551615")
        #expect(DecimalDigits.limit == 20)
    }

    @Test(arguments: SeededGenerator.seeds)
    func `numbers of any magnitude have the digits of String`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<20_000 {
            let value = generator.integer()
            if DecimalDigits.text(value) != String(value) { Issue.record("\(value)") }
        }
    }
}

import TaskstatsModel
import Testing

@testable import taskstatsd

@Suite struct ValidatorSourceTests {
    /// The switch of delay accounting, with a count of its reads.
    private final class Switch {
        var isOn: Bool? = false
        var reads = 0
        func read() -> Bool? {
            reads += 1
            return isOn
        }
    }

    private func record() -> TaskRecord {
        var record = TaskRecord(kind: .task)
        record.set(.acEtime, to: 1_000)
        record.set(.blkioCount, to: 0)
        return record
    }

    @Test func `the switch is read again only when the last sample is old`() {
        let delayAccounting = Switch()
        let source = ValidatorSource(incompleteSums: [], sample: delayAccounting.read)
        let start: UInt64 = 50_000_000_000
        for time in [start, start + 1, start + ValidatorSource.pause - 1] {
            #expect(source.validator(at: time).now == time)
            #expect(delayAccounting.reads == 1)
        }
        _ = source.validator(at: start + ValidatorSource.pause)
        #expect(delayAccounting.reads == 2)
    }

    @Test func `a task that began before the switch was seen on is not covered, a later one is`() {
        let delayAccounting = Switch()
        let source = ValidatorSource(incompleteSums: [], sample: delayAccounting.read)
        let start: UInt64 = 50_000_000_000
        func isCounted(at time: UInt64) -> Bool {
            var record = record()
            source.validator(at: time).validate(task: &record)
            return record[.blkioCount] != nil
        }
        #expect(!isCounted(at: start))
        delayAccounting.isOn = true
        let seenOn = start + ValidatorSource.pause
        #expect(!isCounted(at: seenOn))
        // The task lived for a millisecond.
        #expect(!isCounted(at: seenOn + 999_000))
        #expect(isCounted(at: seenOn + 1_000_000))
    }

    @Test func `incomplete sums of a kernel are absent`() {
        let sums = RecordValidator.sumsOfLivingThreads
        #expect(ProcessSumsCheck.incompleteSums(keepsEndedThreads: true) == [])
        #expect(ProcessSumsCheck.incompleteSums(keepsEndedThreads: false) == sums)
        #expect(ProcessSumsCheck.incompleteSums(keepsEndedThreads: nil) == sums)
        #expect(ValidatorSource(incompleteSums: sums).validator(at: 1).incompleteSums == sums)
    }
}

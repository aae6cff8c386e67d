import Testing

@testable import tsctl

@Suite struct RetentionLimitsTests {
    private let files = (1...5 as ClosedRange<UInt64>).map {
        RecordingDirectory.File(name: RecordingFileName(time: $0 * 100, number: $0), bytes: 10)
    }

    @Test func `the oldest files go as soon as more bytes would not fit`() {
        let limits = RetentionLimits(bytes: 50, age: .max, rotation: 100)
        #expect(limits.surplus(files, adding: 0, now: 600) == 0)
        #expect(limits.surplus(files, adding: 1, now: 600) == 1)
        #expect(limits.surplus(files, adding: 25, now: 600) == 3)
    }

    @Test func `a file goes when its last record is too old, which is before the first one of the next file`() {
        let limits = RetentionLimits(bytes: 1_000, age: 250, rotation: 100)
        #expect(limits.surplus(files, adding: 0, now: 450) == 0)
        #expect(limits.surplus(files, adding: 0, now: 451) == 1)
        #expect(limits.surplus(files, adding: 0, now: 0) == 0, "the clock was set back")
    }

    @Test func `the newest file stays`() {
        let limits = RetentionLimits(bytes: 1, age: 1, rotation: 100)
        #expect(limits.surplus(files, adding: 0, now: 10_000) == 4)
        #expect(limits.surplus([RecordingDirectory.File](), adding: 5, now: 0) == 0)
    }
}

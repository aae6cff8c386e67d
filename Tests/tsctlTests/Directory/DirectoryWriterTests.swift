import Glibc
import LinuxSystem
import Taskstats
import TestSupport
import Testing

@testable import tsctl

/// The files of a directory, as they are written.
@Suite(.timeLimit(.minutes(1))) struct DirectoryWriterTests {
    private let history: SampleHistory

    init() throws { history = try SampleHistory() }

    @Test func `a file is named by the time of its first record, and another follows after the rotation time`() throws {
        var writer = try history.writer(rotation: 10 * SampleHistory.second)
        try history.write(1...25, with: &writer)
        try writer.finish()
        let times = try history.names.map { ($0.time - SampleHistory.start) / SampleHistory.second }
        #expect(times == [1, 11, 21])
        #expect(try history.names.map(\.number) == [1, 2, 3])
        #expect(try history.shown() == Array(1...25))
    }

    @Test func `the sum of all sizes is kept at any time, and the oldest records go first`() throws {
        let limit: UInt64 = 1 << 20
        var writer = try history.writer(bytes: limit)
        var generator = SeededGenerator(seed: 7)
        for index in 1...6_000 as ClosedRange<UInt64> {
            let padding = (0..<40).map { _ in String(generator.next(), radix: 16) }.joined()
            try writer.write(
                SampleHistory.line(index: index, time: SampleHistory.start + index * 1_000_000, padding: padding))
            guard index.isMultiple(of: 20) else { continue }
            let sum = try history.directory.list().files.reduce(0) { $0 + $1.bytes }
            #expect(sum <= limit)
        }
        try writer.finish()
        let shown = try history.shown()
        #expect(shown.last == 6_000)
        let first = try #require(shown.first)
        #expect(first > 1)
        #expect(shown == Array(first...6_000), "only the oldest are missing")
        #expect(try history.names.first?.number != 1)
    }

    @Test func `a clock that is set back begins a new file, and the order of the records is kept`() throws {
        var writer = try history.writer()
        try history.write(1...5, with: &writer)
        try history.write(6...10, with: &writer, from: SampleHistory.start - 3_600 * SampleHistory.second)
        try writer.finish()
        #expect(try history.names.map(\.isSetBack) == [false, true])
        let run = try history.tsctl(["history", "--directory", history.directory.path, "--json"])
        #expect(SampleHistory.pids(run.output) == Array(1...10))
        #expect(run.errors.contains("the clock was set back"))
        #expect(try history.shown(["--since", "@1795400003"]) == [3, 4, 5], "times decide what is shown")
    }

    @Test(arguments: ["at once", "later", "never"])
    func `a loss before the first record is in the file of that record`(record: String) throws {
        let loss = #"{"jsonrpc":"2.0","method":"lost","params":{"where":"history","index":3}}"# + "\n"
        var writer = try history.writer()
        let first = SampleHistory.line(index: 4, time: SampleHistory.start)
        try writer.write(Array(loss.utf8) + (record == "at once" ? first : []))
        if record == "later" { try writer.write(first) }
        try writer.finish()
        let names = try history.names
        #expect(names.count == 1)
        if record != "never" { #expect(names.first?.time == SampleHistory.start) }
        #expect(try history.shown() == (record == "never" ? [] : [4]))
    }

    @Test func `a loss without a time does not count as a change of the clock`() throws {
        let loss = #"{"jsonrpc":"2.0","method":"lost","params":{"where":"history","index":3}}"# + "\n"
        var writer = try history.writer()
        try history.write(1...2, with: &writer)
        try writer.finish()
        var next = try history.writer()
        try next.write(Array(loss.utf8))
        try history.write(4...5, with: &next)
        try next.finish()
        #expect(try history.names.map(\.isSetBack) == [false, false])
        #expect(try RecordingPosition.newest(in: history.directory)?.index == 5)
    }

    @Test func `a restarted recorder knows where the newest file ends`() throws {
        #expect(try RecordingPosition.newest(in: history.directory) == nil)
        var writer = try history.writer()
        try history.write(1...7, with: &writer)
        try writer.finish()
        let position = RecordingPosition(
            instance: "first", index: 7, time: SampleHistory.start + 7 * SampleHistory.second)
        #expect(try RecordingPosition.newest(in: history.directory) == position)
        var second = try history.writer(instance: "second")
        try second.finish()
        #expect(try RecordingPosition.newest(in: history.directory) == position, "nothing was recorded")
        var third = try history.writer(instance: "third")
        try history.write(1...2, with: &third, from: SampleHistory.start + 10 * SampleHistory.second)
        try third.finish()
        #expect(try RecordingPosition.newest(in: history.directory)?.instance == "third")
        #expect(try RecordingPosition.newest(in: history.directory)?.index == 2)
    }

    @Test func `one writer at a time has a directory`() throws {
        func isLocked() throws -> Bool { try history.directory.lock() == nil }
        guard let lock = try history.directory.lock() else {
            Issue.record("nobody else has it")
            return
        }
        #expect(try isLocked())
        close(lock)
        #expect(try !isLocked())
    }

    /// Closes a descriptor by releasing it.
    private func close(_ descriptor: consuming Descriptor) {
        _ = descriptor
    }
}

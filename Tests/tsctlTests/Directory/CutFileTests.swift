import Glibc
import LinuxSystem
import Taskstats
import TestSupport
import Testing

@testable import tsctl

/// Files that end anywhere, as after a power failure, and damaged ones.
@Suite(.timeLimit(.minutes(2))) struct CutFileTests {
    private let history: SampleHistory
    private let path: String
    private let content: [UInt8]

    /// A file of 400 records, of which every hundredth ends a frame.
    init() throws { try self.init(recordsPerFrame: 100) }

    /// A file of four frames.
    private init(recordsPerFrame: UInt64) throws {
        history = try SampleHistory()
        var writer = try history.writer()
        for frame in 0..<4 as Range<UInt64> {
            let first = 1 + frame * recordsPerFrame
            try history.write(first...(first + recordsPerFrame - 1), with: &writer)
            try writer.closeFrame()
        }
        try writer.finish()
        path = history.directory.path(of: try #require(try history.names.first))
        content = try #require(try Descriptor.open(path).readBytes(limit: 1 << 20))
    }

    private func cut(to length: Int) { _ = unsafe truncate(path, off_t(length)) }

    /// The indexes that are read from the file as it is.
    private func records() throws -> (indexes: [UInt64], isInFrame: Bool) {
        let name = try #require(try history.names.first)
        let file = try MarkedFile.open(name, in: history.directory)
        var reader = RecordingReader(try FrameStream(file, from: 0), keepsText: false)
        var indexes: [UInt64] = []
        while try reader.readMore(mayGrow: true) {
            while true {
                let item = reader.next()
                if case .incomplete = item { break }
                if case .line(.exit(let exit), _) = item { indexes.append(UInt64(exit.pid)) }
            }
        }
        return (indexes, reader.source.isInFrame)
    }

    /// Returns the marks of a file, each with the index of the last record before it.
    private func marks(_ name: RecordingFileName) throws -> [MarkedFile.Place] {
        let file = try MarkedFile.open(name, in: history.directory)
        var (marks, offset): ([MarkedFile.Place], Int) = ([], 0)
        while let mark = try file.mark(from: offset, before: file.size) {
            marks.append(mark)
            offset = mark.offset + 1
        }
        return marks
    }

    @Test func `every prefix of a file is readable to its last whole frame, and no record is wrong`() throws {
        // The time that this takes grows with the square of the number of records.
        let file = try CutFileTests(recordsPerFrame: 25)
        let marks = try file.marks(try #require(try file.history.names.first))
        #expect(Set(marks.map(\.mark.index)).isSuperset(of: [25, 50, 75]))
        var previous = 100
        for length in stride(from: file.content.count - 1, through: 0, by: -1) {
            file.cut(to: length)
            let (indexes, _) = try file.records()
            #expect(indexes == Array(1...UInt64(max(1, indexes.count))).prefix(indexes.count).map { $0 })
            #expect(indexes.count <= previous)
            let whole = marks.last { $0.offset <= length }?.mark.index ?? 0
            #expect(indexes.count >= whole, "cut at \(length)")
            previous = indexes.count
        }
        #expect(previous == 0)
    }

    @Test func `wherever a large file is cut, the recorder resumes behind a record of the last whole frame or later`()
        throws
    {
        var writer = try history.writer()
        for first in stride(from: 401, through: 3_901, by: 100) as StrideThrough<UInt64> {
            try history.write(first...(first + 99), with: &writer)
            try writer.closeFrame()
        }
        try writer.finish()
        let name = try #require(try history.names.last)
        let path = history.directory.path(of: name)
        let content = try #require(try Descriptor.open(path).readBytes(limit: 1 << 24))
        let marks = try marks(name)
        try #require(marks.count > 36)
        var random = SeededGenerator(seed: 6)
        let target = try Descriptor(unsafe open(path, O_WRONLY), of: "open")
        for _ in 0..<3_000 {
            let length = Int.random(in: 0..<content.count, using: &random)
            #expect(unsafe ftruncate(target.number, 0) == 0 && pwrite(target.number, content, length, 0) == length)
            let index = try RecordingPosition.newest(in: history.directory)?.index ?? 0
            let whole = max(400, marks.last { $0.offset <= length }?.mark.index ?? 0)
            #expect(index >= whole && index <= whole + 100, "cut at \(length): \(index), of \(whole) in whole frames")
        }
    }

    @Test func `the position after a cut is that of the last readable record`() throws {
        for length in stride(from: content.count - 1, through: content.count * 3 / 4, by: -7) {
            cut(to: length)
            let last = try records().indexes.last
            #expect(try RecordingPosition.newest(in: history.directory)?.index == last)
        }
    }

    @Test func `history reports a truncated file and shows the rest, with status 0`() throws {
        cut(to: content.count * 3 / 5)
        var writer = try history.writer()
        try history.write(401...402, with: &writer)
        try writer.finish()
        let run = try history.tsctl(["history", "--directory", history.directory.path, "--json"])
        #expect(run.status == 0)
        #expect(run.errors.contains("tsctl: \(path) is truncated; the records before that are shown\n"))
        #expect(SampleHistory.pids(run.output).suffix(2) == [401, 402])
    }

    @Test func `play reports a truncated file and shows it as far as it goes, with status 0`() throws {
        cut(to: content.count * 3 / 5)
        let run = try history.tsctl(["play", "--json", path])
        #expect(run.status == 0)
        #expect(SampleHistory.pids(run.output).count >= 200)
        #expect(run.errors.contains("tsctl: the recording is truncated; its last record is from "))
    }

    @Test func `play reports damaged data and shows what is before it, with status 1`() throws {
        let middle = content.count / 2
        let file = try Descriptor(unsafe open(path, O_WRONLY | O_CLOEXEC), of: "open")
        var zeros = [UInt8](repeating: 0, count: 64)
        #expect(unsafe pwrite(file.number, &zeros, zeros.count, off_t(middle)) == zeros.count)
        let run = try history.tsctl(["play", "--json", path])
        #expect(run.status == 1)
        let pids = SampleHistory.pids(run.output)
        #expect(!pids.isEmpty && pids == Array(1...UInt64(pids.count)))
        #expect(run.errors.contains("tsctl: the compressed data is damaged: "))
    }

    @Test func `damaged data costs its frame, and reading continues at the next mark with status 1`() throws {
        let file = try #require(try history.names.first)
        let marked = try MarkedFile.open(file, in: history.directory)
        let third = try #require(try marked.mark(before: SampleHistory.start + 250 * SampleHistory.second))
        var damaged = content
        for offset in 0..<40 { damaged[third.offset + FrameMark.size + 20 + offset] ^= 0x55 }
        let target = try Descriptor(unsafe open(path, O_WRONLY), of: "open")
        #expect(unsafe write(target.number, damaged, damaged.count) == damaged.count)
        let run = try history.tsctl(["history", "--directory", history.directory.path, "--json"])
        #expect(run.status == 1)
        let pids = SampleHistory.pids(run.output)
        #expect(pids.starts(with: 1...200) && pids.suffix(100) == Array(301...400))
        #expect(run.errors.contains(" skipped\n"))
    }
}

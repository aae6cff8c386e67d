import Taskstats
import TestSupport
import Testing

@testable import tsctl

/// Raw records as getdelays -w writes them: as long as the attribute that held them, four bytes too many.
@Suite struct RawRecordReaderTests {
    /// What is found, with runs of records as their pids; 0 for the sums of a process.
    private enum Found: Equatable {
        case pids([UInt64])
        case damaged(UInt64, UInt64)
        case cutOff(UInt64, UInt64)
    }

    private func task(_ version: UInt16, pid: UInt64, command: String = "git") -> [UInt8] {
        MessageBuilder.taskstats(
            version: version, command: command,
            [.acPid: pid, .acPpid: 1, .acUid: 1_000, .cpuCount: 12, .acEtime: 5_000, .acBtime: 1_795_400_000])
    }

    private func process(_ version: UInt16) -> [UInt8] {
        MessageBuilder.taskstats(version: version, [.cpuCount: 30, .acEtime: 9_000])
    }

    /// What stands behind a record: the header of the next attribute, or what an older message left there.
    private let surplus: [UInt8] = [0x40, 0x02, 0x05, 0x00]

    private func read(_ bytes: [UInt8], pieces: Int = .max) -> [Found] {
        var reader = RawRecordReader()
        var found: [Found] = []
        var rest = bytes[...]
        while true {
            switch reader.next() {
            case .record(let record):
                let pid = record.kind == .process ? 0 : record[.acPid] ?? record[.cpuCount] ?? .max
                if case .pids(let pids) = found.last {
                    found[found.count - 1] = .pids(pids + [pid])
                } else {
                    found.append(.pids([pid]))
                }
            case .damaged(let offset, let count): found.append(.damaged(offset, count))
            case .truncated(let offset, let count): found.append(.cutOff(offset, count))
            case .incomplete:
                if rest.isEmpty { return found }
                reader.append(rest.prefix(pieces))
                rest = rest.dropFirst(pieces)
                if rest.isEmpty { reader.end() }
            }
        }
    }

    @Test(arguments: 2...17 as ClosedRange<UInt16>)
    func `records of each version are found, with and without the four bytes`(version: UInt16) {
        for extra in [surplus, [], [0, 0, 0, 0], [0xff, 0xff, 0xff, 0xff]] {
            for count in [1, 2, 5] {
                let pids = (1...count).map { UInt64($0) }
                let bytes = pids.flatMap { task(version, pid: $0) + extra }
                #expect(read(bytes) == [.pids(pids)], "\(count) with \(extra)")
            }
        }
    }

    @Test(arguments: 1...17 as ClosedRange<UInt16>)
    func `the size of the struct is known of each version`(version: UInt16) {
        #expect(TaskRecord.structSize(ofVersion: version) == MessageBuilder.taskstatsSize(version: version))
    }

    @Test func `records of version 1 are found, as far as they have something to be known by`() {
        let record = { (count: UInt64) in MessageBuilder.taskstats(version: 1, [.cpuCount: count]) }
        #expect(read(record(3) + surplus + record(4) + surplus) == [.pids([3, 4])])
        #expect(read(record(3) + record(4)) == [.pids([3, 4])])
    }

    @Test(arguments: [15, 16] as [UInt16])
    func `versions of the same size are distinguished by their number`(version: UInt16) throws {
        var reader = RawRecordReader()
        reader.append(task(version, pid: 7, command: "sleep") + surplus)
        reader.end()
        let next = reader.next()
        guard case .record(let record) = next else { throw UnexpectedValue(next) }
        #expect(record.version == version)
        #expect(record.command == "sleep")
        #expect(record[.acEtime] == 5_000)
    }

    @Test(arguments: [0, 16] as [UInt16])
    func `the sums of a process are known, also without a version`(version: UInt16) {
        var sums = process(16)
        sums.replaceSubrange(0..<2, with: [UInt8(version), 0])
        let bytes = task(16, pid: 7) + surplus + sums + surplus + task(16, pid: 8) + surplus
        #expect(read(bytes) == [.pids([7, 0, 8])])
    }

    @Test(arguments: [1, 7, 300, 560, 563, 564, 100_000])
    func `it makes no difference in what pieces they come`(pieces: Int) {
        let pids = (1...20).map { UInt64($0) }
        #expect(read(pids.flatMap { task(16, pid: $0) + surplus }, pieces: pieces) == [.pids(pids)])
    }

    @Test(arguments: [1, 2, 100, 559])
    func `a truncated last record is reported`(kept: Int) {
        let bytes = task(16, pid: 1) + surplus + task(16, pid: 2).prefix(kept)
        #expect(read(bytes) == [.pids([1]), .cutOff(564, UInt64(kept))])
    }

    @Test(arguments: [1, 3, 4, 100, 564, 5_000])
    func `records after damaged bytes are found`(count: Int) {
        let garbage = [UInt8](repeating: 0xa5, count: count)
        let bytes =
            task(16, pid: 1) + surplus + task(16, pid: 2) + surplus + garbage + task(16, pid: 3) + surplus
            + task(16, pid: 4) + surplus
        #expect(read(bytes) == [.pids([1, 2]), .damaged(1_128, UInt64(count)), .pids([3, 4])])
    }

    @Test func `half a record between whole ones costs only itself`() {
        let bytes =
            task(16, pid: 1) + surplus + task(16, pid: 2).prefix(200) + task(16, pid: 3) + surplus + task(16, pid: 4)
            + surplus
        #expect(read(bytes) == [.pids([1]), .damaged(564, 200), .pids([3, 4])])
    }

    @Test func `files of different kernels can be joined`() {
        let bytes =
            task(8, pid: 1) + surplus + task(8, pid: 2) + surplus + task(17, pid: 3) + surplus + task(17, pid: 4)
            + surplus
        #expect(read(bytes) == [.pids([1, 2, 3, 4])])
    }

    @Test func `a version to come is read as far as it is known`() {
        let record = { (pid: UInt64) -> [UInt8] in
            var bytes = task(17, pid: pid) + [UInt8](repeating: 0x11, count: 64)
            bytes.replaceSubrange(0..<2, with: [19, 0])
            return bytes + surplus
        }
        #expect(read(record(1) + record(2) + record(3)) == [.pids([1, 2, 3])])
    }

    @Test func `data without records is damage`() {
        #expect(read([]) == [])
        #expect(read([UInt8](repeating: 0, count: 5_000)) == [.damaged(0, 5_000)])
        var random = SeededGenerator(seed: 5)
        let noise = (0..<50_000).map { _ in UInt8.random(in: 0...255, using: &random) }
        #expect(read(noise) == [.damaged(0, 50_000)])
    }

    @Test func `the sums of a process belong to the exit before them, the exit time is start plus age`() throws {
        var recording = RawRecording()
        func record(_ bytes: [UInt8], _ kind: TaskRecord.Kind) throws -> TaskRecord {
            try unsafe TaskRecord(kernelBytes: bytes.span.bytes, kind: kind)
        }
        #expect(recording.take(try record(task(16, pid: 7), .task)) == nil)
        let first = try #require(recording.take(try record(process(16), .process)))
        #expect(first.pid == 7)
        #expect(first.process?[.cpuCount] == 30)
        #expect(first.time == 1_795_400_000_005_000_000)
        #expect(recording.take(try record(task(16, pid: 8), .task)) == nil)
        let second = try #require(recording.take(try record(task(16, pid: 9), .task)))
        #expect(second.pid == 8)
        #expect(second.process == nil)
        #expect(recording.finish()?.pid == 9)
        #expect(recording.finish() == nil)
    }
}

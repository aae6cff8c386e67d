import TaskstatsModel
import TestSupport
import Testing

@testable import TaskstatsBroker

@Suite struct RecordPackingTests {
    @Test func `a packed record is the same when it is read`() {
        var random = SeededGenerator(seed: 14)
        for _ in 0..<500 {
            let record = record(using: &random)
            let bytes = Self.pack(record)
            unsafe bytes.withUnsafeBytes { packed in
                var reader = unsafe PackedReader(packed)
                var (read, hasOrigin) = RecordPacking.read(&reader)
                if hasOrigin { read.origin = OriginPacking.read(&reader) }
                #expect(read == record)
                #expect(read.origin?.commandUID == record.origin?.commandUID)
                #expect(read.origin?.parents?.map(\.uid) == record.origin?.parents?.map(\.uid))
            }
        }
    }

    @Test func `a record takes a quarter of the memory of its struct`() {
        #expect(Self.pack(EndedTask(pid: 1).record()).count < TaskRecord.byteCount / 4)
    }

    private static func pack(_ record: ExitRecord) -> [UInt8] {
        let limit = RecordPacking.limit + (record.origin.map { OriginPacking.limit($0) } ?? 0) + PackedWriter.slack
        return unsafe Array(unsafeUninitializedCapacity: limit) { buffer, count in
            guard let base = UnsafeMutableRawPointer(buffer.baseAddress) else { return }
            var packed = unsafe PackedWriter(base, limit: limit)
            RecordPacking.write(record, to: &packed)
            if let origin = record.origin { OriginPacking.write(origin, to: &packed) }
            count = packed.count
        }
    }

    private func record(using random: inout SeededGenerator) -> ExitRecord {
        var task = TaskRecord(kind: .task)
        for field in Field.allCases where random.chance(60) {
            switch field.kind {
            case .command: task.set(command: Array("cc1".utf8))
            default:
                let most: UInt64 = [1, 127, 70_000].randomElement(using: &random) ?? 1
                task.set(field, to: .random(in: 0...most, using: &random))
            }
        }
        if random.chance(20) { task.setAside(WaitKind.blkio.fields) }
        let hasExit = random.chance(80)
        var record = ExitRecord(
            cpu: Int.random(in: 0...8_191, using: &random), sequence: random.next(), time: random.next(),
            pid: .random(in: 1 ... .max, using: &random), tgid: random.chance(50) ? 7 : nil,
            isLast: random.chance(50) ? random.chance(50) : nil,
            exit: hasExit ? (random.chance(50) ? .code(3) : .signal(9, coreDumped: random.chance(50))) : nil,
            task: task, process: random.chance(30) ? TaskRecord(kind: .process) : nil)
        record.index = random.next()
        if random.chance(70) { record.origin = origin(using: &random) }
        return record
    }

    private func origin(using random: inout SeededGenerator) -> ProcessOrigin {
        var sources = ProcessOrigin.Sources()
        sources.command = .exec
        sources.cgroup = [.fork, .exit, .scan, nil].randomElement(using: &random) ?? nil
        let count = Int.random(in: 0...ProcessOrigin.parentLimit, using: &random)
        return ProcessOrigin(
            commandLine: random.chance(80)
                ? ProcessCommandLine(["cc", "-c", ""], isTruncated: random.chance(20)) : nil,
            executable: random.chance(50) ? "/usr/bin/cc" : nil,
            cgroup: random.chance(80) ? ControlGroup(pathBytes: [0x2f, 0xff]) : nil,
            parents: random.chance(80)
                ? (0..<count).map { .init(pid: UInt32($0), commandBytes: [0x6d], uid: random.chance(50) ? 5 : nil) }
                : nil,
            startedNanoseconds: random.chance(50) ? random.next() : nil, session: random.chance(50) ? 9 : nil,
            sources: sources, commandUID: random.chance(50) ? 1_000 : nil)
    }
}

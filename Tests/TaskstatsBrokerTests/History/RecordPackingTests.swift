import TaskstatsModel
import TaskstatsProtocol
import TestSupport
import Testing

@testable import TaskstatsBroker

@Suite struct RecordPackingTests {
    @Test func `a packed record is the same when it is read`() {
        var random = SeededGenerator(seed: 14)
        for _ in 0..<500 {
            let record = record(using: &random)
            var origin = ByteBuffer(capacity: 64)
            if let known = record.origin { OriginPacking.append(known, to: &origin) }
            var bytes = ByteBuffer(capacity: 64)
            RecordPacking.append(record, origin: origin, to: &bytes)
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

    @Test func `a record takes half the memory of its struct`() {
        var bytes = ByteBuffer(capacity: 64)
        RecordPacking.append(EndedTask(pid: 1).record(), origin: ByteBuffer(capacity: 0), to: &bytes)
        #expect(bytes.count < 344)
    }

    private func record(using random: inout SeededGenerator) -> ExitRecord {
        var task = TaskRecord(kind: .task)
        for field in Field.allCases where random.chance(60) {
            switch field.kind {
            case .command: task.set(command: Array("cc1".utf8))
            default: task.set(field, to: UInt64.random(in: 0...127, using: &random))
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

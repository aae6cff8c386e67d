import Testing

@testable import TaskstatsModel

@Suite struct TaskRecordTests {
    @Test(arguments: [TaskRecord.Kind.task, .process])
    func `a new record has no fields`(kind: TaskRecord.Kind) {
        let record = TaskRecord(kind: kind)
        #expect(record.present.isEmpty)
        #expect(record.version == nil)
        #expect(Field.allCases.allSatisfy { record[$0] == nil })
        #expect(record.commandBytes == nil)
    }

    @Test func `a field that is set is returned, and no other`() {
        for (index, field) in Field.allCases.enumerated() where field.kind != .command {
            var record = TaskRecord(kind: .task)
            record.set(field, to: UInt64(index + 1))
            #expect(record[field] == UInt64(index + 1))
            #expect(record.present == [field])
        }
    }

    @Test func `setting all fields keeps each value`() {
        var record = TaskRecord(kind: .task)
        record.set(command: [UInt8](repeating: 0x7a, count: 32))
        for (index, field) in Field.allCases.enumerated() { record.set(field, to: UInt64(index + 1)) }
        for (index, field) in Field.allCases.enumerated() where field.kind != .command {
            #expect(record[field] == UInt64(index + 1), "\(field.name)")
        }
        #expect(record.commandBytes == [UInt8](repeating: 0x7a, count: 32))
        #expect(record.present == .all)
    }

    @Test(arguments: [0, 1 << 63, .max] as [UInt64])
    func `a counter of eight bytes holds its full range`(value: UInt64) {
        var record = TaskRecord(kind: .task)
        record.set(.cpuDelayTotal, to: value)
        #expect(record[.cpuDelayTotal] == value)
    }

    @Test func `a timestamp is nanoseconds since 1970`() {
        var record = TaskRecord(kind: .task)
        record.set(.irqDelayMaxTs, to: 1_795_400_000_999_999_999)
        #expect(record[.irqDelayMaxTs] == 1_795_400_000_999_999_999)
        #expect(record.storage.integer(.u64, at: 672) == 1_795_400_000)
        #expect(record.storage.integer(.u64, at: 680) == 999_999_999)
    }

    @Test(arguments: [-20, -1, 0, 19])
    func `the nice value is signed`(value: Int) {
        var record = TaskRecord(kind: .task)
        record.set(.acNice, to: UInt64(bitPattern: Int64(value)))
        #expect(record.niceness == value)
        #expect(record[.acNice] == UInt64(bitPattern: Int64(value)))
    }

    @Test func `a command name ends at the first NUL, or at the end of the field`() {
        var record = TaskRecord(kind: .task)
        record.set(command: Array(Array("a name".utf8) + [0] + Array("rubbish".utf8)))
        #expect(record.command == "a name")
        record.set(command: [])
        #expect(record.commandBytes == [])
        record.set(command: [UInt8](repeating: 0x61, count: 40))
        #expect(record.commandBytes == [UInt8](repeating: 0x61, count: 32))
    }

    @Test func `a shorter command name leaves nothing of a longer one`() {
        var record = TaskRecord(kind: .task)
        record.set(command: Array("a longer name".utf8))
        record.set(command: Array("short".utf8))
        #expect(record.command == "short")
    }

    @Test func `invalid UTF-8 in a command name is replaced, in the text only`() throws {
        let record = try TaskstatsFixture.version14.record()
        #expect(record.commandBytes == [0x62, 0x61, 0x64, 0xff, 0xfe, 0xc3, 0x0a, 0x22])
        #expect(record.command == "bad\u{fffd}\u{fffd}\u{fffd}\n\"")
    }

    @Test func `a command name is not an integer`() throws {
        #expect(try TaskstatsFixture.version17.record()[.acComm] == nil)
    }

    @Test func `derived properties come from the fields`() throws {
        let record = try TaskstatsFixture.version16.record()
        #expect(record.niceness == -11)
        #expect(record.flags == [.forkedWithoutExec, .dumpedCore, .killedBySignal, .lastOfProcess])
        #expect(record.exitStatus == .signal(6, coreDumped: true))
        #expect(record.executableDevice == DeviceNumber(major: 259, minor: 70000))
        #expect(record.command == "Web Content")
    }

    @Test func `a struct without accounting fields has no exit status`() throws {
        let record = try TaskstatsFixture.version1.record()
        #expect(record.exitStatus == nil)
        #expect(record.flags == nil)
        #expect(record.niceness == nil)
        #expect(record.executableDevice == nil)
    }

    @Test func `an exit status needs no flags`() {
        var record = TaskRecord(kind: .task)
        record.set(.acExitcode, to: 0x0300)
        #expect(record.exitStatus == .code(3))
    }

    @Test func `records are equal if kind, fields and values are`() throws {
        let record = try TaskstatsFixture.version17.record()
        #expect(record == (try TaskstatsFixture.version17.record(at: 3)))
        var other = record
        other.set(.acUid, to: 4)
        #expect(other != record)
        other = record
        other.set(command: Array("other".utf8))
        #expect(other != record)
        #expect(record != (try TaskstatsFixture.version18.record()))
        #expect(TaskRecord(kind: .task) != TaskRecord(kind: .process))
        var zero = TaskRecord(kind: .task)
        zero.set(.nvcsw, to: 0)
        #expect(zero != TaskRecord(kind: .task))
    }

    @Test func `bytes outside of all fields do not make records differ`() throws {
        var bytes = TaskstatsFixture.version17.bytes
        bytes[2] = 0
        #expect(try TaskRecord(bytes: bytes, kind: .task) == TaskstatsFixture.version17.record())
        let half = try TaskstatsFixture.version17.record(of: 284)
        #expect(half == (try TaskstatsFixture.version17.record(of: 280)))
    }
}

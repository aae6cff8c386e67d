import Testing

@testable import TaskstatsModel

@Suite struct TaskRecordTests {
    @Test("A new record has no fields", arguments: [TaskRecord.Kind.task, .process])
    func empty(kind: TaskRecord.Kind) {
        let record = TaskRecord(kind: kind)
        #expect(record.present.isEmpty)
        #expect(record.version == nil)
        #expect(Field.allCases.allSatisfy { record[$0] == nil })
        #expect(record.commandBytes == nil)
    }

    @Test("A field that is set is returned, and no other")
    func setAndGet() {
        for (index, field) in Field.allCases.enumerated() where field.kind != .command {
            var record = TaskRecord(kind: .task)
            record.set(field, to: UInt64(index + 1))
            #expect(record[field] == UInt64(index + 1))
            #expect(record.present == [field])
        }
    }

    @Test("Setting all fields keeps each value")
    func keysDoNotOverlap() {
        var record = TaskRecord(kind: .task)
        record.set(command: [UInt8](repeating: 0x7a, count: 32))
        for (index, field) in Field.allCases.enumerated() { record.set(field, to: UInt64(index + 1)) }
        for (index, field) in Field.allCases.enumerated() where field.kind != .command {
            #expect(record[field] == UInt64(index + 1), "\(field.name)")
        }
        #expect(record.commandBytes == [UInt8](repeating: 0x7a, count: 32))
        #expect(record.present == .all)
    }

    @Test("A counter of eight bytes holds its full range", arguments: [0, 1 << 63, .max] as [UInt64])
    func fullRange(value: UInt64) {
        var record = TaskRecord(kind: .task)
        record.set(.cpuDelayTotal, to: value)
        #expect(record[.cpuDelayTotal] == value)
    }

    @Test("A timestamp is nanoseconds since 1970")
    func timestamp() {
        var record = TaskRecord(kind: .task)
        record.set(.irqDelayMaxTs, to: 1_795_400_000_999_999_999)
        #expect(record[.irqDelayMaxTs] == 1_795_400_000_999_999_999)
        #expect(record.storage.integer(.u64, at: 672) == 1_795_400_000)
        #expect(record.storage.integer(.u64, at: 680) == 999_999_999)
    }

    @Test("The nice value is signed", arguments: [-20, -1, 0, 19])
    func niceness(value: Int) {
        var record = TaskRecord(kind: .task)
        record.set(.acNice, to: UInt64(bitPattern: Int64(value)))
        #expect(record.niceness == value)
        #expect(record[.acNice] == UInt64(bitPattern: Int64(value)))
    }

    @Test("A command name ends at the first NUL, or at the end of the field")
    func command() {
        var record = TaskRecord(kind: .task)
        record.set(command: Array(Array("a name".utf8) + [0] + Array("rubbish".utf8)))
        #expect(record.command == "a name")
        record.set(command: [])
        #expect(record.commandBytes == [])
        record.set(command: [UInt8](repeating: 0x61, count: 40))
        #expect(record.commandBytes == [UInt8](repeating: 0x61, count: 32))
    }

    @Test("A shorter command name leaves nothing of a longer one")
    func shorterCommand() {
        var record = TaskRecord(kind: .task)
        record.set(command: Array("a longer name".utf8))
        record.set(command: Array("short".utf8))
        #expect(record.command == "short")
    }

    @Test("Invalid UTF-8 in a command name is replaced, in the text only")
    func commandIsNotUTF8() throws {
        let record = try TaskstatsFixture.version14.record()
        #expect(record.commandBytes == [0x62, 0x61, 0x64, 0xff, 0xfe, 0xc3, 0x0a, 0x22])
        #expect(record.command == "bad\u{fffd}\u{fffd}\u{fffd}\n\"")
    }

    @Test("A command name is not an integer")
    func commandIsNoInteger() throws {
        #expect(try TaskstatsFixture.version17.record()[.acComm] == nil)
    }

    @Test("Derived properties come from the fields")
    func derivations() throws {
        let record = try TaskstatsFixture.version16.record()
        #expect(record.niceness == -11)
        #expect(record.flags == [.forkedWithoutExec, .dumpedCore, .killedBySignal, .lastOfProcess])
        #expect(record.exitStatus == .signal(6, coreDumped: true))
        #expect(record.executableDevice == DeviceNumber(major: 259, minor: 70000))
        #expect(record.command == "Web Content")
    }

    @Test("A struct without accounting fields has no exit status")
    func version1() throws {
        let record = try TaskstatsFixture.version1.record()
        #expect(record.exitStatus == nil)
        #expect(record.flags == nil)
        #expect(record.niceness == nil)
        #expect(record.executableDevice == nil)
    }

    @Test("An exit status needs no flags")
    func exitWithoutFlags() {
        var record = TaskRecord(kind: .task)
        record.set(.acExitcode, to: 0x0300)
        #expect(record.exitStatus == .code(3))
    }

    @Test("Records are equal if kind, fields and values are")
    func equality() throws {
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

    @Test("Bytes outside of all fields do not make records differ")
    func absentBytesDoNotCount() throws {
        var bytes = TaskstatsFixture.version17.bytes
        bytes[2] = 0
        #expect(try TaskRecord(bytes: bytes, kind: .task) == TaskstatsFixture.version17.record())
        let half = try TaskstatsFixture.version17.record(of: 284)
        #expect(half == (try TaskstatsFixture.version17.record(of: 280)))
    }
}

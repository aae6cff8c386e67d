import Testing

@testable import TaskstatsModel

@Suite struct TaskRecordDecodingTests {
    @Test(arguments: TaskstatsFixture.all)
    func `every field of a complete struct has the kernel's value`(fixture: TaskstatsFixture) throws {
        let record = try fixture.record()
        for (name, value) in fixture.values {
            let field = try #require(Field(name: name))
            #expect(record[field] == value, "\(name)")
        }
        #expect(record.commandBytes == fixture.command)
        #expect(record.version == fixture.version)
        #expect(record.kind == fixture.kind)
    }

    @Test(arguments: TaskstatsFixture.all)
    func `a record has exactly the fields of its struct`(fixture: TaskstatsFixture) throws {
        let record = try fixture.record()
        #expect(Set(record.present.map(\.name)) == fixture.entries(within: fixture.bytes.count))
        for field in FieldSet.all.subtracting(record.present) { #expect(record[field] == nil) }
    }

    @Test func `a fixture has the kernel's size of its version`() {
        let sizes: [UInt16: Int] = [
            1: 72, 3: 264, 8: 328, 9: 344, 13: 416, 14: 432, 15: 560, 16: 560, 17: 688, 18: 720,
        ]
        for fixture in TaskstatsFixture.all { #expect(fixture.bytes.count == sizes[fixture.version]) }
    }

    @Test func `a record of version 15 has the extremes in the middle`() throws {
        var bytes = TaskstatsFixture.version15.bytes
        let record = try TaskRecord(bytes: bytes, kind: .task)
        #expect(record[.cpuDelayMax] == TaskstatsFixture.version15.values["cpu_delay_max"])
        bytes[0] = 16
        let misread = try TaskRecord(bytes: bytes, kind: .task)
        #expect(misread[.blkioCount] == TaskstatsFixture.version15.values["cpu_delay_max"])
    }

    @Test func `an unknown version is read as far as the newest known one`() throws {
        var bytes = TaskstatsFixture.version17.bytes
        bytes.replaceSubrange(0..<2, with: [0xff, 0xff])
        let record = try TaskRecord(bytes: bytes, kind: .task)
        #expect(record.version == 65535)
        #expect(record.present == .all)
        #expect(record[.irqDelayMaxTs] == 1_795_400_672_999_999_999)
    }

    @Test func `bytes after the fields of an older version are not fields of a newer one`() throws {
        let bytes = TaskstatsFixture.version13.bytes + [UInt8](repeating: 0x77, count: 300)
        let record = try TaskRecord(bytes: bytes, kind: .task)
        #expect(record == (try TaskstatsFixture.version13.record()))
    }

    @Test func `the sums of a process without a version use that of the task's record`() throws {
        let bytes = TaskstatsFixture.processWithoutVersion.bytes
        let record = try TaskRecord(bytes: bytes, kind: .process, versionOfTask: 16)
        #expect(record == (try TaskstatsFixture.process16.record()))
    }

    @Test func `the version of the sums takes precedence over that of the task's record`() throws {
        let bytes = TaskstatsFixture.process16.bytes
        let record = try TaskRecord(bytes: bytes, kind: .process, versionOfTask: 15)
        #expect(record == (try TaskstatsFixture.process16.record()))
    }

    @Test(arguments: [UInt16?.none, 0])
    func `without any version there is no record`(versionOfTask: UInt16?) {
        let bytes = TaskstatsFixture.processWithoutVersion.bytes
        #expect(throws: TaskRecord.DecodingError.unknownVersion) {
            try TaskRecord(bytes: bytes, kind: .process, versionOfTask: versionOfTask)
        }
    }

    @Test func `a task's record requires its own version`() {
        let bytes = TaskstatsFixture.processWithoutVersion.bytes
        #expect(throws: TaskRecord.DecodingError.unknownVersion) {
            try TaskRecord(bytes: bytes, kind: .task, versionOfTask: 16)
        }
    }

    @Test func `the sums of a process have no identity, although the kernel sends zeros there`() throws {
        let record = try TaskstatsFixture.process16.record()
        #expect(record[.acUid] == nil)
        #expect(record.commandBytes == nil)
        #expect(record.command == nil)
        #expect(record.niceness == nil)
        #expect(record.flags == nil)
        #expect(record.exitStatus == nil)
        #expect(record.executableDevice == nil)
    }
}

import Testing

@testable import TaskstatsModel

@Suite struct TaskRecordDecodingTests {
    @Test("Every field of a complete struct has the kernel's value", arguments: TaskstatsFixture.all)
    func wholeStruct(fixture: TaskstatsFixture) throws {
        let record = try fixture.record()
        for (name, value) in fixture.values {
            let field = try #require(Field(name: name))
            #expect(record[field] == value, "\(name)")
        }
        #expect(record.commandBytes == fixture.command)
        #expect(record.version == fixture.version)
        #expect(record.kind == fixture.kind)
    }

    @Test("A record has exactly the fields of its struct", arguments: TaskstatsFixture.all)
    func presentKeys(fixture: TaskstatsFixture) throws {
        let record = try fixture.record()
        #expect(Set(record.present.map(\.name)) == fixture.entries(within: fixture.bytes.count))
        for field in FieldSet.all.subtracting(record.present) { #expect(record[field] == nil) }
    }

    @Test("A fixture has the kernel's size of its version")
    func sizes() {
        let sizes: [UInt16: Int] = [
            1: 72, 3: 264, 8: 328, 9: 344, 13: 416, 14: 432, 15: 560, 16: 560, 17: 688, 18: 720,
        ]
        for fixture in TaskstatsFixture.all { #expect(fixture.bytes.count == sizes[fixture.version]) }
    }

    @Test("A record of version 15 has the extremes in the middle")
    func version15IsNotVersion16() throws {
        var bytes = TaskstatsFixture.version15.bytes
        let record = try TaskRecord(bytes: bytes, kind: .task)
        #expect(record[.cpuDelayMax] == TaskstatsFixture.version15.values["cpu_delay_max"])
        bytes[0] = 16
        let misread = try TaskRecord(bytes: bytes, kind: .task)
        #expect(misread[.blkioCount] == TaskstatsFixture.version15.values["cpu_delay_max"])
    }

    @Test("An unknown version is read as far as the newest known one")
    func newerVersion() throws {
        var bytes = TaskstatsFixture.version17.bytes
        bytes.replaceSubrange(0..<2, with: [0xff, 0xff])
        let record = try TaskRecord(bytes: bytes, kind: .task)
        #expect(record.version == 65535)
        #expect(record.present == .all)
        #expect(record[.irqDelayMaxTs] == 1_795_400_672_999_999_999)
    }

    @Test("Bytes after the fields of an older version are not fields of a newer one")
    func trailingBytesOfOldVersion() throws {
        let bytes = TaskstatsFixture.version13.bytes + [UInt8](repeating: 0x77, count: 300)
        let record = try TaskRecord(bytes: bytes, kind: .task)
        #expect(record == (try TaskstatsFixture.version13.record()))
    }

    @Test("The sums of a process without a version use that of the task's record")
    func versionOfTaskStandsIn() throws {
        let bytes = TaskstatsFixture.processWithoutVersion.bytes
        let record = try TaskRecord(bytes: bytes, kind: .process, versionOfTask: 16)
        #expect(record == (try TaskstatsFixture.process16.record()))
    }

    @Test("The version of the sums takes precedence over that of the task's record")
    func ownVersionWins() throws {
        let bytes = TaskstatsFixture.process16.bytes
        let record = try TaskRecord(bytes: bytes, kind: .process, versionOfTask: 15)
        #expect(record == (try TaskstatsFixture.process16.record()))
    }

    @Test("Without any version there is no record", arguments: [UInt16?.none, 0])
    func noVersion(versionOfTask: UInt16?) {
        let bytes = TaskstatsFixture.processWithoutVersion.bytes
        #expect(throws: TaskRecord.DecodingError.unknownVersion) {
            try TaskRecord(bytes: bytes, kind: .process, versionOfTask: versionOfTask)
        }
    }

    @Test("A task's record requires its own version")
    func taskWithoutVersion() {
        let bytes = TaskstatsFixture.processWithoutVersion.bytes
        #expect(throws: TaskRecord.DecodingError.unknownVersion) {
            try TaskRecord(bytes: bytes, kind: .task, versionOfTask: 16)
        }
    }

    @Test("The sums of a process have no identity, although the kernel sends zeros there")
    func processHasNoIdentity() throws {
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

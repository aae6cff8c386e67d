import Testing

@testable import TaskstatsModel

/// Truncated structs at every alignment, among unrelated bytes.
@Suite struct TaskRecordTruncationTests {
    @Test(arguments: TaskstatsFixture.all)
    func `a struct cut anywhere has the complete fields, and no others`(fixture: TaskstatsFixture) throws {
        let whole = try fixture.record()
        for length in 2...fixture.bytes.count {
            let names = fixture.entries(within: length)
            for start in [0, 1, 4, 7] {
                let record = try fixture.record(of: length, at: start)
                try #require(Set(record.present.map(\.name)) == names, "\(length) bytes at \(start)")
                let same = record.present.allSatisfy { record[$0] == whole[$0] }
                try #require(same && record.version == whole.version, "\(length) bytes at \(start)")
                try #require(record.commandBytes == (names.contains("ac_comm") ? fixture.command : nil))
            }
        }
    }

    @Test(arguments: TaskstatsFixture.all)
    func `bytes around the struct never get into a record`(fixture: TaskstatsFixture) throws {
        let poison = UInt64(fixture.poison)
        for length in Set(stride(from: 2, through: fixture.bytes.count, by: 3)).union([fixture.bytes.count]) {
            let record = try fixture.record(of: length, at: length % 8)
            let isClean = (0..<TaskRecord.Storage.size).allSatisfy { record.storage.integer(.u8, at: $0) != poison }
            try #require(isClean, "\(length) bytes")
        }
    }

    @Test(arguments: [0, 1])
    func `too few bytes for a version are an error with their number`(length: Int) {
        #expect(throws: TaskRecord.DecodingError.tooShort(length)) {
            try TaskstatsFixture.version17.record(of: length, at: 1)
        }
    }

    @Test(arguments: TaskstatsFixture.all)
    func `a version alone is a record with only the version`(fixture: TaskstatsFixture) throws {
        let record = try fixture.record(of: 2)
        #expect(record.present == [.version])
        #expect(record.version == fixture.version)
    }
}

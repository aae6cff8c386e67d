import TaskstatsModel

/// Reads a `stats` object into a record, member by member, by the field table.
///
/// The daemon writes members in the order of the table, so the next name is nearly always the expected one; a
/// dictionary answers for the rest. Unknown members are skipped.
enum StatsReader {
    static func read(_ cursor: inout JSONCursor, kind: TaskRecord.Kind) throws(JSONCursor.Mismatch) -> TaskRecord {
        var record = TaskRecord(kind: kind)
        var expected = 0
        try unsafe cursor.object { (cursor, name) throws(JSONCursor.Mismatch) in
            guard let field = unsafe field(named: name, after: &expected) else {
                if unsafe name.elementsEqual("ac_comm_hex".utf8) {
                    record.set(command: try hexBytes(&cursor))
                } else {
                    unsafe try cursor.skip()
                }
                return
            }
            switch field.kind {
            case .command:
                // With ac_comm_hex beside it the bytes come from there.
                record.set(command: Array(try cursor.string().utf8))
            case .i8:
                record.set(field, to: UInt64(bitPattern: try cursor.signed()))
            case .identifier:
                try cursor.expect(UInt8(ascii: "\""))
                record.set(field, to: try cursor.unsigned())
                try cursor.expect(UInt8(ascii: "\""))
            case .device:
                try cursor.expect(UInt8(ascii: "\""))
                let major = try cursor.unsigned()
                try cursor.expect(UInt8(ascii: ":"))
                let minor = try cursor.unsigned()
                try cursor.expect(UInt8(ascii: "\""))
                let device = DeviceNumber(
                    major: UInt32(truncatingIfNeeded: major), minor: UInt32(truncatingIfNeeded: minor))
                record.set(field, to: device.encoded)
            case .u8, .u16, .u32, .u64, .timestamp:
                record.set(field, to: try cursor.unsigned())
            }
        }
        return record
    }

    @inline(__always)
    private static func field(named name: UnsafeRawBufferPointer, after expected: inout Int) -> Field? {
        var index = expected
        while index < names.count {
            if unsafe names[index].elementsEqual(name) {
                expected = index + 1
                return Field(rawValue: UInt8(truncatingIfNeeded: index))
            }
            index += 1
            if index - expected > 8 { break }
        }
        return unsafe Field(name: String(decoding: name, as: UTF8.self))
    }

    private static let names = Field.allCases.map { Array($0.name.utf8) }

    private static func hexBytes(_ cursor: inout JSONCursor) throws(JSONCursor.Mismatch) -> [UInt8] {
        let digits = Array(try cursor.string().utf8)
        var bytes: [UInt8] = []
        for pair in stride(from: 0, to: digits.count - 1, by: 2) {
            guard let byte = UInt8(String(decoding: digits[pair...pair + 1], as: UTF8.self), radix: 16) else {
                throw JSONCursor.Mismatch(offset: cursor.offset)
            }
            bytes.append(byte)
        }
        return bytes
    }
}

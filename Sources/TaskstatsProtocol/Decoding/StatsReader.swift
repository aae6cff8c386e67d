import TaskstatsModel

/// Decodes a `stats` object into a record, key by key, by the field table.
///
/// The daemon writes keys in the order of the table and without white space, so the next text is nearly always the next
/// key, which is compared at once. Otherwise it is read like any JSON; unknown keys are skipped.
@safe struct StatsReader {
    /// The number of missing keys to skip before a name is looked up.
    private static let farthestKey = 4

    private let keys = FieldKey.table
    private let storage: UnsafeMutableRawBufferPointer
    private var present = FieldSet()
    /// Whether the command's bytes came in hex; its text is then only an approximation.
    private var hasCommandBytes = false

    private init(_ storage: UnsafeMutableRawBufferPointer) { unsafe self.storage = storage }

    /// Decodes the object at the cursor, and steps over it.
    static func read(_ cursor: inout JSONCursor, kind: TaskRecord.Kind) throws(JSONCursor.Mismatch) -> TaskRecord {
        var record = TaskRecord(kind: kind)
        if cursor.takeEmptyObject() { return record }
        guard cursor.peek() == UInt8(ascii: "{") else { throw JSONCursor.Mismatch(offset: cursor.offset) }
        try unsafe record.fill { (storage) throws(JSONCursor.Mismatch) in
            var reader = unsafe StatsReader(storage)
            try reader.readEntries(&cursor)
            return reader.present
        }
        try cursor.expect(UInt8(ascii: "}"))
        return record
    }

    /// Decodes keys and values while a brace or a comma comes first.
    private mutating func readEntries(_ cursor: inout JSONCursor) throws(JSONCursor.Mismatch) {
        var expected = 0
        repeat {
            guard let index = expectedKey(&cursor, from: expected) else {
                try readNamed(&cursor)
                continue
            }
            expected = index + 1
            try readValue(&cursor, keys[index])
            present.insert(rawValue: index)
        } while cursor.peek() == UInt8(ascii: ",")
    }

    @inline(__always)
    private func expectedKey(_ cursor: inout JSONCursor, from expected: Int) -> Int? {
        var index = expected
        let end = min(expected + Self.farthestKey, keys.count)
        while index < end {
            if cursor.take(keys[index]) { return index }
            index += 1
        }
        return nil
    }

    /// Decodes a key that is not among the expected ones.
    private mutating func readNamed(_ cursor: inout JSONCursor) throws(JSONCursor.Mismatch) {
        cursor.stepOver()
        let name = try unsafe String(decoding: cursor.rawString(), as: UTF8.self)
        try cursor.expect(UInt8(ascii: ":"))
        if let field = Field(name: name) {
            try readValue(&cursor, keys[Int(field.rawValue)])
            present.insert(field)
        } else if name == "ac_comm_hex" {
            store(command: try Self.hexBytes(&cursor))
            present.insert(.acComm)
            hasCommandBytes = true
        } else {
            unsafe try cursor.skip()
        }
    }

    private func readValue(_ cursor: inout JSONCursor, _ key: FieldKey) throws(JSONCursor.Mismatch) {
        switch key.kind {
        case .u64: store(try cursor.unsigned(), key.offset)
        case .u32: store(UInt32(truncatingIfNeeded: try cursor.unsigned()), key.offset)
        case .u16: store(UInt16(truncatingIfNeeded: try cursor.unsigned()), key.offset)
        case .u8: store(UInt8(truncatingIfNeeded: try cursor.unsigned()), key.offset)
        case .i8: store(Int8(truncatingIfNeeded: try cursor.signed()), key.offset)
        case .timestamp:
            let (seconds, nanoseconds) = try cursor.unsigned().quotientAndRemainder(dividingBy: 1_000_000_000)
            store(seconds, key.offset)
            store(nanoseconds, key.offset + 8)
        case .identifier:
            try cursor.expect(UInt8(ascii: "\""))
            store(try cursor.unsigned(), key.offset)
            try cursor.expect(UInt8(ascii: "\""))
        case .device:
            try cursor.expect(UInt8(ascii: "\""))
            let major = try cursor.unsigned()
            try cursor.expect(UInt8(ascii: ":"))
            let minor = try cursor.unsigned()
            try cursor.expect(UInt8(ascii: "\""))
            let device = DeviceNumber(
                major: UInt32(truncatingIfNeeded: major), minor: UInt32(truncatingIfNeeded: minor))
            store(device.encoded, key.offset)
        case .command:
            let text = try cursor.string()
            if !hasCommandBytes { store(command: Array(text.utf8)) }
        }
    }

    @inline(__always)
    private func store<T: BitwiseCopyable>(_ value: T, _ offset: Int) {
        unsafe storage.storeBytes(of: value, toByteOffset: offset, as: T.self)
    }

    private func store(command: [UInt8]) {
        let start = Field.acComm.offset
        for index in 0..<FieldKind.command.width {
            unsafe storage[start + index] = index < command.count ? command[index] : 0
        }
    }

    private static func hexBytes(_ cursor: inout JSONCursor) throws(JSONCursor.Mismatch) -> [UInt8] {
        let offset = cursor.offset
        let digits = try cursor.string().utf8.map(hexDigit)
        guard digits.count % 2 == 0 else { throw JSONCursor.Mismatch(offset: offset) }
        return try stride(from: 0, to: digits.count, by: 2).map { (index) throws(JSONCursor.Mismatch) in
            guard let high = digits[index], let low = digits[index + 1] else {
                throw JSONCursor.Mismatch(offset: offset)
            }
            return high << 4 | low
        }
    }

    private static func hexDigit(_ character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}

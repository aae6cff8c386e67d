import TaskstatsModel

/// Encodes records as JSON, by the field table, for every record that the daemon sends.
///
/// A record is encoded once per distinct choice of fields and redaction, independently of the client. The keys are
/// prepared for copying, and space for the longest possible line is reserved once, so that the loop over the fields
/// only copies and converts.
package enum RecordEncoder {
    /// The maximum length of a record's `stats`.
    static let statsLimit =
        2
        + Field.allCases.reduce(0) { sum, field in
            sum + FieldKey.width
                + (field == .acComm ? FieldKind.command.width * (6 + 2) + 32 : DecimalDigits.limit + 2)
        }

    /// The maximum length of an exit line, including its newline.
    package static let exitLineLimit = 2 * statsLimit + 512

    /// Appends the fields of a record that are both present and requested, as a JSON object.
    package static func appendStats(
        _ record: borrowing TaskRecord, fields: FieldSet, to bytes: inout ByteBuffer
    ) {
        append(record, record.present.intersection(fields), to: &bytes)
    }

    /// Appends these fields of a record as a JSON object, whether they are present or implausible.
    static func append(_ record: borrowing TaskRecord, _ fields: FieldSet, to bytes: inout ByteBuffer) {
        guard !fields.isEmpty else { return bytes.append("{}") }
        unsafe record.withUnsafeBytes { source in
            unsafe bytes.append(atMost: statsLimit) { start in
                unsafe write(fields, from: source, at: start)
            }
        }
    }

    private static func write(
        _ fields: FieldSet, from source: UnsafeRawBufferPointer, at start: UnsafeMutableRawPointer
    ) -> Int {
        let keys = FieldKey.table
        var target = unsafe start
        fields.forEachRawValue { index in
            let key = keys[index]
            // Copies the whole width of the table; the value then overwrites the excess.
            unsafe target.storeBytes(of: key.text, as: SIMD32<UInt8>.self)
            unsafe target += key.length
            switch key.kind {
            case .u64:
                unsafe target = DecimalDigits.write(load(source, key.offset), at: target)
            case .u32:
                unsafe target = DecimalDigits.write(UInt64(load(source, key.offset) as UInt32), at: target)
            case .u16:
                unsafe target = DecimalDigits.write(UInt64(load(source, key.offset) as UInt16), at: target)
            case .u8:
                unsafe target = DecimalDigits.write(UInt64(load(source, key.offset) as UInt8), at: target)
            case .i8:
                let value: Int8 = unsafe load(source, key.offset)
                if value < 0 { unsafe put(UInt8(ascii: "-"), &target) }
                unsafe target = DecimalDigits.write(UInt64(value.magnitude), at: target)
            case .timestamp:
                let seconds: UInt64 = unsafe load(source, key.offset)
                let nanoseconds: UInt64 = unsafe load(source, key.offset + 8)
                unsafe target = DecimalDigits.write(seconds &* 1_000_000_000 &+ nanoseconds, at: target)
            case .identifier:
                unsafe put(UInt8(ascii: "\""), &target)
                unsafe target = DecimalDigits.write(load(source, key.offset), at: target)
                unsafe put(UInt8(ascii: "\""), &target)
            case .device:
                let device = DeviceNumber(encoded: unsafe load(source, key.offset))
                unsafe put(UInt8(ascii: "\""), &target)
                unsafe target = DecimalDigits.write(UInt64(device.major), at: target)
                unsafe put(UInt8(ascii: ":"), &target)
                unsafe target = DecimalDigits.write(UInt64(device.minor), at: target)
                unsafe put(UInt8(ascii: "\""), &target)
            case .command:
                let end = key.offset + FieldKind.command.width
                let name = unsafe UnsafeRawBufferPointer(rebasing: source[key.offset..<end])
                unsafe target = CommandNameEncoder.write(name, at: target)
            }
        }
        // The first key begins with a comma, which becomes the opening brace.
        unsafe start.storeBytes(of: UInt8(ascii: "{"), as: UInt8.self)
        unsafe put(UInt8(ascii: "}"), &target)
        return unsafe target - start
    }

    @inline(__always)
    private static func load<T: FixedWidthInteger & BitwiseCopyable>(
        _ source: UnsafeRawBufferPointer, _ offset: Int
    ) -> T {
        unsafe source.loadUnaligned(fromByteOffset: offset, as: T.self)
    }

    @inline(__always)
    private static func put(_ byte: UInt8, _ target: inout UnsafeMutableRawPointer) {
        unsafe target.storeBytes(of: byte, as: UInt8.self)
        unsafe target += 1
    }
}

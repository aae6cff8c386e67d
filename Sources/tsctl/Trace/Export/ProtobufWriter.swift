/// A writer of the protobuf wire format, for the few messages of a Perfetto trace.
struct ProtobufWriter {
    private(set) var bytes: [UInt8] = []

    /// Writes an integer field.
    mutating func integer(_ field: UInt32, _ value: UInt64) {
        varint(UInt64(field) << 3)
        varint(value)
    }

    /// Writes a field of eight bytes.
    mutating func double(_ field: UInt32, _ value: Double) {
        varint(UInt64(field) << 3 | 1)
        for shift in stride(from: UInt64(0), to: 64, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: value.bitPattern >> shift))
        }
    }

    /// Writes a text field.
    mutating func string(_ field: UInt32, _ value: String) { raw(field, Array(value.utf8)) }

    /// Writes a field with a message.
    mutating func message(_ field: UInt32, _ body: (inout ProtobufWriter) -> Void) {
        var message = ProtobufWriter()
        body(&message)
        raw(field, message.bytes)
    }

    private mutating func raw(_ field: UInt32, _ value: [UInt8]) {
        varint(UInt64(field) << 3 | 2)
        varint(UInt64(value.count))
        bytes += value
    }

    private mutating func varint(_ value: UInt64) {
        var value = value
        while value > 0x7f {
            bytes.append(UInt8(truncatingIfNeeded: value) | 0x80)
            value >>= 7
        }
        bytes.append(UInt8(value))
    }

    /// Forgets what was written.
    mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }
}

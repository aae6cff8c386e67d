/// Builds netlink messages byte by byte, little-endian, in the kernel's order.
///
/// It shares no code with the decoder: lengths, padding and numbers are written independently.
package enum MessageBuilder {
    /// Returns an integer in its own width.
    package static func bytes(of value: some FixedWidthInteger) -> [UInt8] {
        unsafe withUnsafeBytes(of: value.littleEndian) { unsafe Array($0) }
    }

    /// Returns an attribute: its length without padding, its type, its payload, and padding to four bytes.
    ///
    /// The payload of a nest is attributes.
    package static func attribute(_ type: UInt16, _ payload: [UInt8]) -> [UInt8] {
        let length = 4 + payload.count
        return bytes(of: UInt16(truncatingIfNeeded: length)) + bytes(of: type) + payload
            + [UInt8](repeating: 0, count: -length & 3)
    }

    /// Returns an attribute with a string and its NUL.
    package static func attribute(_ type: UInt16, text: String) -> [UInt8] { attribute(type, Array(text.utf8) + [0]) }

    /// Returns a generic netlink header with attributes.
    package static func generic(command: UInt8, version: UInt8 = 1, _ attributes: [UInt8]) -> [UInt8] {
        [command, version, 0, 0] + attributes
    }

    /// Returns a netlink header with a payload.
    package static func message(
        type: UInt16, flags: UInt16 = 0, sequence: UInt32, port: UInt32 = 0, _ payload: [UInt8]
    ) -> [UInt8] {
        bytes(of: UInt32(16 + payload.count)) + bytes(of: type) + bytes(of: flags) + bytes(of: sequence)
            + bytes(of: port) + payload
    }

    /// Returns the kernel's answer to a request: 0 with its header, or an error number with all of it.
    package static func acknowledgement(of request: [UInt8], errno: Int32 = 0, port: UInt32 = 0) -> [UInt8] {
        let capped: UInt16 = 0x100
        let sequence = request[8..<12].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        return message(
            type: 2, flags: errno == 0 ? capped : 0, sequence: sequence, port: port,
            bytes(of: -errno) + (errno == 0 ? request.prefix(16) : request[...]))
    }
}

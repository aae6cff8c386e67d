/// Writes a command name: unchanged if it is plain ASCII, escaped if it is other UTF-8, and with its bytes in an
/// additional `ac_comm_hex` if it is not UTF-8.
enum CommandNameEncoder {
    /// Writes the name up to its first NUL at the pointer, and returns the pointer after it.
    static func write(_ name: UnsafeRawBufferPointer, at start: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
        var target = unsafe start
        unsafe put(UInt8(ascii: "\""), &target)
        for index in 0..<name.count {
            let byte = unsafe name[index]
            if byte == 0 { break }
            guard byte >= 0x20, byte < 0x7f, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") else {
                return unsafe writeEscaped(name, at: start)
            }
            unsafe put(byte, &target)
        }
        unsafe put(UInt8(ascii: "\""), &target)
        return unsafe target
    }

    private static func writeEscaped(
        _ name: UnsafeRawBufferPointer, at start: UnsafeMutableRawPointer
    ) -> UnsafeMutableRawPointer {
        let bytes = unsafe Array(name.prefix { $0 != 0 })
        let text = String(decoding: bytes, as: UTF8.self)
        var writer = JSONWriter()
        writer.string(text)
        if String(validating: bytes, as: UTF8.self) == nil {
            writer.bytes.append(",\"ac_comm_hex\":\"")
            for byte in bytes {
                writer.bytes.append(JSONWriter.hexDigit(byte >> 4))
                writer.bytes.append(JSONWriter.hexDigit(byte & 0xf))
            }
            writer.bytes.append("\"")
        }
        let encoded = writer.finish()
        return unsafe encoded.withUnsafeBytes { source in
            guard let base = source.baseAddress else { return unsafe start }
            unsafe start.copyMemory(from: base, byteCount: source.count)
            return unsafe start + source.count
        }
    }

    @inline(__always)
    private static func put(_ byte: UInt8, _ target: inout UnsafeMutableRawPointer) {
        unsafe target.storeBytes(of: byte, as: UInt8.self)
        unsafe target += 1
    }
}

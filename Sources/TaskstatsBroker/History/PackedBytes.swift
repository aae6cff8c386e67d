/// Writes values one after the other; writing beyond the limit ends the process.
@safe struct PackedWriter {
    private let base: UnsafeMutableRawPointer
    private let limit: Int
    /// The number of bytes so far.
    private(set) var count = 0

    /// A word is written as a whole, although less of it counts.
    static let slack = MemoryLayout<UInt64>.size

    /// Creates a writer for memory with this size, of which the last ``slack`` bytes stay unused.
    init(_ base: UnsafeMutableRawPointer, limit: Int) {
        unsafe self.base = base
        self.limit = limit
    }

    /// Writes a value.
    @inline(__always)
    mutating func append<Value: BitwiseCopyable>(_ value: Value) {
        precondition(count + MemoryLayout<Value>.size <= limit, "written beyond the memory of a packed record")
        unsafe base.storeBytes(of: value, toByteOffset: count, as: Value.self)
        count += MemoryLayout<Value>.size
    }

    /// Provides memory for a number of bytes and ``slack`` to a function that returns how many of them it wrote.
    @inline(__always)
    mutating func append(atMost bytes: Int, _ write: (UnsafeMutableRawPointer) -> Int) {
        precondition(count + bytes + Self.slack <= limit, "written beyond the memory of a packed record")
        count += unsafe write(base + count)
    }

    /// Writes text of at most 65,535 bytes, with its length.
    @inline(__always)
    mutating func append(text: Span<UInt8>) {
        let length = min(text.count, Int(UInt16.max))
        append(UInt16(length))
        precondition(count + length <= limit, "written beyond the memory of a packed record")
        unsafe text.withUnsafeBytes { source in
            guard let start = source.baseAddress else { return }
            unsafe (base + count).copyMemory(from: start, byteCount: length)
        }
        count += length
    }

    /// Returns a writer for the next bytes, and goes on behind them.
    mutating func reserve(_ bytes: Int) -> PackedWriter {
        precondition(count + bytes <= limit, "written beyond the memory of a packed record")
        defer { count += bytes }
        return unsafe PackedWriter(base + count, limit: bytes)
    }
}

/// Reads values one after the other; reading beyond the end ends the process.
@safe struct PackedReader {
    private let bytes: UnsafeRawBufferPointer
    private var offset = 0

    init(_ bytes: UnsafeRawBufferPointer) { unsafe self.bytes = bytes }

    /// Reads a value.
    @inline(__always)
    mutating func next<Value: BitwiseCopyable>(_ type: Value.Type) -> Value {
        let size = MemoryLayout<Value>.size
        unsafe precondition(offset + size <= bytes.count, "read beyond a packed record")
        defer { offset += size }
        return unsafe bytes.loadUnaligned(fromByteOffset: offset, as: type)
    }

    /// Reads the lower bytes of a word.
    @inline(__always)
    mutating func next(bytes length: Int) -> UInt64 {
        switch length {
        case 1: UInt64(next(UInt8.self))
        case 4: UInt64(next(UInt32.self))
        default: next(UInt64.self)
        }
    }

    /// Reads text with its length.
    mutating func nextText() -> [UInt8] {
        let length = Int(next(UInt16.self))
        unsafe precondition(offset + length <= bytes.count, "read beyond a packed record")
        defer { offset += length }
        return unsafe Array(bytes[offset..<offset + length])
    }

    /// Skips a number of bytes.
    mutating func skip(_ count: Int) { offset += count }
}

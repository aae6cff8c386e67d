/// A growing byte buffer, which avoids per-byte growth if the expected size is reserved.
///
/// It is the only code that assembles lines by pointer. Every append checks for room, so a wrong guess in `reserve`
/// costs a reallocation but never corrupts memory.
@safe package struct ByteBuffer: ~Copyable {
    private var base: UnsafeMutableRawPointer
    /// The number of bytes that fit without growing.
    package private(set) var capacity: Int
    /// The number of bytes so far.
    package private(set) var count = 0

    /// Creates an empty buffer with this capacity.
    package init(capacity: Int) {
        self.capacity = max(capacity, 64)
        unsafe base = UnsafeMutableRawPointer.allocate(byteCount: self.capacity, alignment: 16)
    }

    deinit {
        unsafe base.deallocate()
    }

    /// The number of further bytes that fit without growing.
    package var room: Int { capacity - count }

    /// Makes room for `more` bytes.
    @inline(__always)
    package mutating func reserve(_ more: Int) {
        if capacity - count < more { grow(by: more) }
    }

    @inline(never)
    private mutating func grow(by more: Int) {
        let larger = max(capacity * 2, count + more)
        let target = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 16)
        unsafe target.copyMemory(from: base, byteCount: count)
        unsafe base.deallocate()
        unsafe base = target
        capacity = larger
    }

    /// Removes the bytes and keeps the capacity.
    package mutating func removeAll() { count = 0 }

    /// Appends one byte.
    @inline(__always)
    package mutating func append(_ byte: UInt8) {
        reserve(1)
        unsafe base.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
        count += 1
    }

    /// Appends other bytes.
    @inline(__always)
    package mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress else { return }
        reserve(bytes.count)
        unsafe (base + count).copyMemory(from: source, byteCount: bytes.count)
        count += bytes.count
    }

    /// Appends text unchanged.
    @inline(__always)
    package mutating func append(_ text: StaticString) {
        unsafe append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Appends text unchanged.
    package mutating func append(text: String) {
        var text = text
        text.withUTF8 { unsafe append(UnsafeRawBufferPointer($0)) }
    }

    /// Appends the bytes that `write` puts at the pointer, which has room for `limit` bytes; it returns their number.
    @inline(__always)
    package mutating func append(atMost limit: Int, _ write: (UnsafeMutableRawPointer) -> Int) {
        reserve(limit)
        let written = unsafe write(base + count)
        precondition(written >= 0 && written <= limit, "a writer went beyond the room it asked for")
        count += written
    }

    /// Provides access to the bytes.
    @inline(__always)
    package borrowing func withUnsafeBytes<Result: ~Copyable, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe body(UnsafeRawBufferPointer(start: base, count: count))
    }

    /// A copy of the bytes.
    package var array: [UInt8] { unsafe withUnsafeBytes { unsafe Array($0) } }
}

extension TaskRecord {
    /// The bytes of one struct taskstats in the newest layout; the only code that accesses them.
    ///
    /// Copies share their bytes until one of them changes: records are passed on more often than they are changed, and
    /// a copy of all bytes at each step costs more than one allocation. u64 fields are not 8-aligned in a netlink
    /// message, so nothing here relies on alignment. Every access is checked against the size of the storage.
    @safe struct Storage: @unchecked Sendable {
        static let size = 688
        private typealias Block = ManagedBuffer<Void, UInt8>
        /// The bytes of every new record, which are never changed.
        private nonisolated(unsafe) static let zeros = unsafe Self.block {
            unsafe $0.initialize(repeating: 0, count: size)
        }
        private var shared: Block

        init() { shared = unsafe Self.zeros }

        private static func block(_ initialize: (UnsafeMutablePointer<UInt8>) -> Void) -> Block {
            let block = Block.create(minimumCapacity: size) { _ in }
            unsafe block.withUnsafeMutablePointerToElements { unsafe initialize($0) }
            return block
        }

        /// Returns the integer of a field's kind at an offset, extended to 64 bits; a timestamp in nanoseconds since
        /// 1970.
        func integer(_ kind: FieldKind, at offset: Int) -> UInt64 {
            switch kind {
            case .u8: UInt64(load(offset, as: UInt8.self))
            case .i8: UInt64(bitPattern: Int64(load(offset, as: Int8.self)))
            case .u16: UInt64(load(offset, as: UInt16.self))
            case .u32: UInt64(load(offset, as: UInt32.self))
            case .u64, .identifier, .device: load(offset, as: UInt64.self)
            case .timestamp: load(offset, as: UInt64.self) &* 1_000_000_000 &+ load(offset + 8, as: UInt64.self)
            case .command: 0
            }
        }

        /// Stores an integer in the width of a field's kind.
        mutating func store(_ value: UInt64, _ kind: FieldKind, at offset: Int) {
            switch kind {
            case .u8, .i8: store(UInt8(truncatingIfNeeded: value), at: offset)
            case .u16: store(UInt16(truncatingIfNeeded: value), at: offset)
            case .u32: store(UInt32(truncatingIfNeeded: value), at: offset)
            case .u64, .identifier, .device: store(value, at: offset)
            case .timestamp:
                store(value / 1_000_000_000, at: offset)
                store(value % 1_000_000_000, at: offset + 8)
            case .command: break
            }
        }

        /// The command name up to the first NUL.
        var command: [UInt8] {
            let start = Field.acComm.offset
            return unsafe withBytes { bytes in
                unsafe Array(bytes[start..<start + FieldKind.command.width].prefix { $0 != 0 })
            }
        }

        /// Stores a command name, truncated to the size of the kernel's field.
        mutating func store(command: [UInt8]) {
            let start = Field.acComm.offset
            unsafe withMutableBytes { bytes in
                for index in 0..<FieldKind.command.width {
                    unsafe bytes[start + index] = index < command.count ? command[index] : 0
                }
            }
        }

        /// Provides write access to the bytes.
        @inline(__always)
        mutating func withMutableBytes<Result: ~Copyable, Failure: Error>(
            _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Result
        ) throws(Failure) -> Result {
            if !isKnownUniquelyReferenced(&shared) {
                shared = unsafe Self.block { copy in
                    unsafe shared.withUnsafeMutablePointerToElements { bytes in
                        unsafe copy.initialize(from: bytes, count: Self.size)
                    }
                }
            }
            return try unsafe shared.withUnsafeMutablePointerToElements { (bytes) throws(Failure) in
                try unsafe body(UnsafeMutableRawBufferPointer(start: bytes, count: Self.size))
            }
        }

        /// Copies from the kernel's bytes; bytes outside of either side are ignored.
        mutating func copy(_ source: RawSpan, from sourceOffset: Int, to offset: Int, count: Int) {
            let count = min(count, source.byteCount - sourceOffset, Self.size - offset)
            guard count > 0, sourceOffset >= 0, offset >= 0 else { return }
            unsafe withMutableBytes { target in
                unsafe source.withUnsafeBytes { origin in
                    let part = unsafe UnsafeRawBufferPointer(rebasing: origin[sourceOffset..<sourceOffset + count])
                    unsafe UnsafeMutableRawBufferPointer(rebasing: target[offset...]).copyMemory(from: part)
                }
            }
        }

        /// Provides read access to the bytes, for code that walks the field table.
        @inline(__always)
        func withBytes<Result: ~Copyable>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
            unsafe shared.withUnsafeMutablePointerToElements { bytes in
                unsafe body(UnsafeRawBufferPointer(start: bytes, count: Self.size))
            }
        }

        private func load<T: BitwiseCopyable>(_ offset: Int, as type: T.Type) -> T {
            precondition(offset >= 0 && offset <= Self.size - MemoryLayout<T>.size, "load outside of the record")
            return unsafe withBytes { unsafe $0.loadUnaligned(fromByteOffset: offset, as: type) }
        }

        private mutating func store<T: BitwiseCopyable>(_ value: T, at offset: Int) {
            precondition(offset >= 0 && offset <= Self.size - MemoryLayout<T>.size, "store outside of the record")
            unsafe withMutableBytes { unsafe $0.storeBytes(of: value, toByteOffset: offset, as: T.self) }
        }
    }
}

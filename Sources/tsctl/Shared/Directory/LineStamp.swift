import CLinux

/// The time and the index of an `exit` or `lost` line, read from its beginning without decoding the rest.
struct LineStamp {
    /// The end of the task, in nanoseconds since 1970; nil for a line without one.
    let time: UInt64?
    /// The index of the record; nil if the daemon sent none.
    let index: UInt64?

    /// Both keys are among the first of an exit, before any text that a user chose.
    private static let searched = 192

    /// Reads the stamp of a line.
    init(_ line: ArraySlice<UInt8>) {
        self = unsafe line.prefix(Self.searched).withUnsafeBytes { unsafe LineStamp($0) }
    }

    /// Reads the stamp of a line.
    init(_ line: UnsafeRawBufferPointer) {
        let start = unsafe UnsafeRawBufferPointer(rebasing: line.prefix(Self.searched))
        let isExit =
            unsafe clinux_find(start.baseAddress, start.count, Self.exit.utf8Start, Self.exit.utf8CodeUnitCount) >= 0
        time = unsafe isExit ? Self.number(after: "\"time\":", in: start) : nil
        index = unsafe Self.number(after: "\"index\":", in: start)
    }

    private static let exit: StaticString = "\"exit\""

    private static func number(after key: StaticString, in bytes: UnsafeRawBufferPointer) -> UInt64? {
        let found = unsafe clinux_find(bytes.baseAddress, bytes.count, key.utf8Start, key.utf8CodeUnitCount)
        guard found >= 0 else { return nil }
        var offset = found + key.utf8CodeUnitCount
        var number: UInt64?
        while offset < bytes.count {
            let digit = unsafe bytes[offset] &- UInt8(ascii: "0")
            guard digit < 10 else { break }
            number = (number ?? 0) &* 10 &+ UInt64(digit)
            offset += 1
        }
        return number
    }
}

/// Encoding of integers as decimal digits, two at a time.
enum DecimalDigits {
    /// The maximum length of any 64-bit integer, with its sign.
    static let limit = 20

    /// Writes the digits at the pointer, which needs room for `limit` bytes, and returns the pointer after them.
    @inline(__always)
    static func write(_ value: UInt64, at target: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
        if value < 10 {
            unsafe target.storeBytes(of: UInt8(truncatingIfNeeded: value) + 0x30, as: UInt8.self)
            return unsafe target + 1
        }
        let length = count(value)
        var rest = value
        var end = length
        while rest >= 100 {
            let (quotient, pair) = rest.quotientAndRemainder(dividingBy: 100)
            rest = quotient
            end -= 2
            unsafe target.storeBytes(of: digitPair(pair), toByteOffset: end, as: UInt16.self)
        }
        if rest >= 10 {
            unsafe target.storeBytes(of: digitPair(rest), as: UInt16.self)
        } else {
            unsafe target.storeBytes(of: UInt8(truncatingIfNeeded: rest) + 0x30, as: UInt8.self)
        }
        return unsafe target + length
    }

    /// Returns both digits of a number below 100, the tens first in memory.
    @inline(__always)
    private static func digitPair(_ value: UInt64) -> UInt16 {
        let tens = UInt16(truncatingIfNeeded: (value &* 205) >> 11)
        let ones = UInt16(truncatingIfNeeded: value) &- tens &* 10
        return UInt16(littleEndian: tens | (ones << 8)) &+ 0x3030
    }

    @inline(__always)
    private static func count(_ value: UInt64) -> Int {
        var digits = 1
        var rest = value
        while true {
            if rest < 10 { return digits }
            if rest < 100 { return digits + 1 }
            if rest < 1_000 { return digits + 2 }
            if rest < 10_000 { return digits + 3 }
            rest /= 10_000
            digits += 4
        }
    }
}

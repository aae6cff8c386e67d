/// A key, as terminals send it.
enum Key: Equatable {
    case character(Character)
    case enter, escape, backspace, up, down, left, right, pageUp, pageDown, home, end

    /// Returns the keys in one read: a lone escape is the key, an escape before other bytes starts a sequence.
    static func keys(in bytes: [UInt8]) -> [Key] {
        var keys: [Key] = []
        var remaining = bytes[...]
        while let byte = remaining.first {
            if byte == 0x1b {
                keys += sequence(&remaining).map { [$0] } ?? []
                continue
            }
            let text = remaining.prefix { $0 != 0x1b }
            keys += String(decoding: text, as: UTF8.self).unicodeScalars.compactMap(key)
            remaining = remaining.dropFirst(text.count)
        }
        return keys
    }

    private static func key(_ scalar: Unicode.Scalar) -> Key? {
        switch scalar.value {
        case 0x0d, 0x0a: .enter
        case 0x08, 0x7f: .backspace
        case ..<0x20, 0x80..<0xa0, 0xfffd: nil
        default: .character(Character(scalar))
        }
    }

    /// Takes an escape, or the sequence that it starts; returns nil for a key without a meaning here.
    private static func sequence(_ remaining: inout ArraySlice<UInt8>) -> Key? {
        remaining.removeFirst()
        guard let introducer = remaining.first, introducer == UInt8(ascii: "[") || introducer == UInt8(ascii: "O")
        else {
            return .escape
        }
        remaining.removeFirst()
        let parameters = remaining.prefix { (0x20..<0x40).contains($0) }
        remaining = remaining.dropFirst(parameters.count)
        guard let final = remaining.popFirst() else { return nil }
        switch (final, String(decoding: parameters, as: UTF8.self)) {
        case (UInt8(ascii: "A"), _): return .up
        case (UInt8(ascii: "B"), _): return .down
        case (UInt8(ascii: "C"), _): return .right
        case (UInt8(ascii: "D"), _): return .left
        case (UInt8(ascii: "H"), _), (UInt8(ascii: "~"), "1"), (UInt8(ascii: "~"), "7"): return .home
        case (UInt8(ascii: "F"), _), (UInt8(ascii: "~"), "4"), (UInt8(ascii: "~"), "8"): return .end
        case (UInt8(ascii: "~"), "5"): return .pageUp
        case (UInt8(ascii: "~"), "6"): return .pageDown
        default: return nil
        }
    }
}

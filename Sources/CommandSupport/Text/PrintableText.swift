/// Conversion of external text for a terminal: a process can name itself with escape sequences.
package enum PrintableText {
    /// Escapes everything that moves the cursor, changes the direction of writing, or is invisible.
    package static func of(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) { return text }
        var result = ""
        for scalar in text.unicodeScalars { append(scalar, to: &result) }
        return result
    }

    /// Converts the name of a process so that every byte can be recognised: a backslash is doubled, and bytes that are
    /// not UTF-8 become escapes.
    package static func of(name: [UInt8]) -> String {
        if name.allSatisfy({ $0 >= 0x20 && $0 < 0x7f && $0 != backslash }) {
            return String(decoding: name, as: UTF8.self)
        }
        var result = ""
        var remaining = name[...]
        while let first = remaining.first {
            // The first byte contains the length of its character.
            let length = first < 0x80 ? 1 : max(1, (~first).leadingZeroBitCount)
            let scalars = String(validating: remaining.prefix(length), as: UTF8.self)?.unicodeScalars
            if first == backslash {
                result += "\\\\"
            } else if let scalar = scalars?.first, scalars?.count == 1 {
                append(scalar, to: &result)
                remaining = remaining.dropFirst(length - 1)
            } else {
                result += escape(UInt32(first))
            }
            remaining = remaining.dropFirst()
        }
        return result
    }

    private static let backslash = UInt8(ascii: "\\")

    private static func append(_ scalar: Unicode.Scalar, to text: inout String) {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator:
            text += escape(scalar.value)
        default:
            text.unicodeScalars.append(scalar)
        }
    }

    private static func escape(_ value: UInt32) -> String {
        let digits = String(value, radix: 16)
        return value < 0x100 ? "\\x" + (digits.count < 2 ? "0" : "") + digits : "\\u{\(digits)}"
    }

    /// Returns the number of terminal columns of a converted text.
    package static func width(_ text: String) -> Int {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.utf8.count }
        return text.unicodeScalars.reduce(0) { $0 + width($1) }
    }

    /// Cuts a text to a number of columns, the last of which is then a "+".
    package static func cut(_ text: String, to columns: Int) -> String {
        guard width(text) > columns else { return text }
        var result = String.UnicodeScalarView()
        var used = 0
        for scalar in text.unicodeScalars {
            used += width(scalar)
            if used >= columns { break }
            result.append(scalar)
        }
        return String(result) + "+"
    }

    private static func width(_ scalar: Unicode.Scalar) -> Int {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: 0
        default: wide.contains { $0.contains(scalar.value) } ? 2 : 1
        }
    }

    /// East Asian characters and pictographs, which take two columns.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115f, 0x2e80...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f, 0xff00...0xff60,
        0xffe0...0xffe6, 0x1f300...0x1faff, 0x20000...0x3fffd,
    ]
}

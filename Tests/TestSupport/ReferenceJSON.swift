/// The rules of RFC 8259 and Protocol/README.md, implemented independently as a recursive walk over bytes without
/// results.
///
/// It reports the first problem from left to right: a text with a syntax error after a number that is too large is one
/// with a number that is too large.
package struct ReferenceJSON {
    /// The classification of a text.
    package enum Verdict: Equatable {
        /// One value, with nothing but white space around it.
        case valid
        /// Not JSON, or with a duplicate key, a NUL in a key or a lone surrogate.
        case invalid
        /// A number that fits in neither 64 bits nor a double.
        case outOfRange
    }

    private struct Failure: Error { let verdict: Verdict }

    private let bytes: [UInt8]
    private var offset = 0

    /// Classifies a text; it recurses, so it is not for deeply nested ones.
    package static func validate(_ bytes: [UInt8]) -> Verdict {
        var walk = ReferenceJSON(bytes: bytes)
        do throws(Failure) {
            try walk.value()
            walk.space()
            if walk.offset < bytes.count { throw try walk.misplaced() }
            return .valid
        } catch {
            return error.verdict
        }
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        offset += 1
        return true
    }

    private mutating func need(_ character: Unicode.Scalar) throws(Failure) {
        guard take(character) else { throw Failure(verdict: .invalid) }
    }

    /// Handles a misplaced value; a number is checked first.
    private mutating func misplaced() throws(Failure) -> Failure {
        space()
        if let next, next == UInt8(ascii: "-") || (0x30...0x39).contains(next) { try number() }
        return Failure(verdict: .invalid)
    }

    private mutating func mark(_ mark: Unicode.Scalar) throws(Failure) {
        guard take(mark) else { throw try misplaced() }
    }

    private mutating func space() {
        while let byte = next, [0x20, 0x09, 0x0a, 0x0d].contains(byte) { offset += 1 }
    }

    private mutating func value() throws(Failure) {
        space()
        switch next {
        case UInt8(ascii: "{"): try object()
        case UInt8(ascii: "["): try array()
        case UInt8(ascii: "\""): _ = try string()
        case UInt8(ascii: "t"): try word("true")
        case UInt8(ascii: "f"): try word("false")
        case UInt8(ascii: "n"): try word("null")
        default: try number()
        }
    }

    private mutating func word(_ word: String) throws(Failure) {
        for scalar in word.unicodeScalars { try need(scalar) }
    }

    private mutating func array() throws(Failure) {
        try need("[")
        space()
        if take("]") { return }
        repeat {
            try value()
            space()
        } while take(",")
        try mark("]")
    }

    private mutating func object() throws(Failure) {
        try need("{")
        space()
        if take("}") { return }
        var names: Set<[UInt8]> = []
        repeat {
            space()
            guard next == UInt8(ascii: "\"") else { throw try misplaced() }
            let name = try string()
            guard !name.contains(0), names.insert(name).inserted else { throw Failure(verdict: .invalid) }
            space()
            try mark(":")
            try value()
            space()
        } while take(",")
        try mark("}")
    }

    // MARK: Numbers

    private mutating func number() throws(Failure) {
        let start = offset
        _ = take("-")
        if !take("0") {
            try digits()
        } else if let next, (0x30...0x39).contains(next) {
            throw Failure(verdict: .invalid)
        }
        var isInteger = true
        if take(".") {
            isInteger = false
            try digits()
        }
        if take("e") || take("E") {
            isInteger = false
            if !take("+") { _ = take("-") }
            try digits()
        }
        let text = String(decoding: bytes[start..<offset], as: UTF8.self)
        let fits = isInteger ? Int64(text) != nil : Double(text)?.isFinite == true
        if fits { return }
        // The following text is read to find the end of the number.
        if let next, next >= 0x80 { _ = try character() }
        throw Failure(verdict: .outOfRange)
    }

    private mutating func digits() throws(Failure) {
        let start = offset
        while let byte = next, (0x30...0x39).contains(byte) { offset += 1 }
        if offset == start { throw Failure(verdict: .invalid) }
    }

    // MARK: Strings

    /// Returns the string's content in UTF-8.
    private mutating func string() throws(Failure) -> [UInt8] {
        try need("\"")
        var meaning: [UInt8] = []
        while !take("\"") {
            if take("\\") { meaning += try escape() } else { meaning += try character() }
        }
        return meaning
    }

    /// Reads one character of well-formed UTF-8 that may appear unescaped in a string.
    private mutating func character() throws(Failure) -> [UInt8] {
        guard let first = next, first >= 0x20 else { throw Failure(verdict: .invalid) }
        let length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
        guard offset + length <= bytes.count else { throw Failure(verdict: .invalid) }
        let encoded = Array(bytes[offset..<offset + length])
        guard String(validating: encoded, as: UTF8.self)?.unicodeScalars.count == 1 else {
            throw Failure(verdict: .invalid)
        }
        offset += length
        return encoded
    }

    private mutating func escape() throws(Failure) -> [UInt8] {
        let plain: [Unicode.Scalar: UInt8] = [
            "\"": 0x22, "\\": 0x5c, "/": 0x2f, "b": 0x08, "f": 0x0c, "n": 0x0a, "r": 0x0d, "t": 0x09,
        ]
        for (scalar, meaning) in plain where take(scalar) { return [meaning] }
        try need("u")
        var code = UInt32(try codeUnit())
        if (0xd800..<0xdc00).contains(code) {
            try need("\\")
            try need("u")
            let low = UInt32(try codeUnit())
            guard (0xdc00..<0xe000).contains(low) else { throw Failure(verdict: .invalid) }
            code = 0x10000 + (code - 0xd800) << 10 + (low - 0xdc00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw Failure(verdict: .invalid) }
        return Array(String(Character(scalar)).utf8)
    }

    private mutating func codeUnit() throws(Failure) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw Failure(verdict: .invalid)
            }
            unit = unit << 4 | UInt16(digit)
            offset += 1
        }
        return unit
    }
}

extension ReferenceJSON {
    /// Returns the maximum nesting depth of brackets outside of strings, for any text.
    package static func depth(_ bytes: [UInt8]) -> Int {
        var (depth, deepest, isInString) = (0, 0, false)
        var rest = bytes[...]
        while let byte = rest.popFirst() {
            switch (byte, isInString) {
            case (UInt8(ascii: "\\"), true): _ = rest.popFirst()
            case (UInt8(ascii: "\""), _): isInString.toggle()
            case (UInt8(ascii: "["), false), (UInt8(ascii: "{"), false): depth += 1
            case (UInt8(ascii: "]"), false), (UInt8(ascii: "}"), false): depth -= 1
            default: break
            }
            deepest = max(deepest, depth)
        }
        return deepest
    }
}

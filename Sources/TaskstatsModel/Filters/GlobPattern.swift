/// A shell pattern for command names: `*`, `?`, `[a-z]`, `[!a-z]`, and `\` before a literal character, also within
/// brackets.
///
/// It works on bytes, because command names are bytes. A match takes at most the square of the name's length in steps
/// for any pattern. Classes such as `[:alpha:]` are not supported, because they depend on a locale.
public struct GlobPattern: Hashable, Sendable {
    /// The text of the pattern.
    public let text: String
    private let elements: [Element]
    /// The length of the shortest name that can match.
    private let shortestMatch: Int

    private enum Element: Hashable, Sendable {
        case anySequence
        case anyByte
        case byte(UInt8)
        case oneOf(ByteSet)

        func matches(_ byte: UInt8) -> Bool {
            switch self {
            case .anySequence, .anyByte: true
            case .byte(let expected): byte == expected
            case .oneOf(let set): set.contains(byte)
            }
        }
    }

    /// Parses a pattern; nil when it ends within brackets or after a backslash, or has a range that ends before it
    /// starts.
    public init?(_ text: String) {
        self.text = text
        var elements: [Element] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "*"):
                if elements.last != .anySequence { elements.append(.anySequence) }
            case UInt8(ascii: "?"):
                elements.append(.anyByte)
            case UInt8(ascii: "["):
                guard let set = Self.bracket(&rest) else { return nil }
                elements.append(set)
            case UInt8(ascii: "\\"):
                guard let literal = rest.popFirst() else { return nil }
                elements.append(.byte(literal))
            default:
                elements.append(.byte(byte))
            }
        }
        self.elements = elements
        shortestMatch = elements.count { $0 != .anySequence }
    }

    /// Parses the rest of a bracket expression, including the closing bracket.
    private static func bracket(_ rest: inout ArraySlice<UInt8>) -> Element? {
        var negated = false
        if let first = rest.first, first == UInt8(ascii: "!") || first == UInt8(ascii: "^") {
            negated = true
            rest.removeFirst()
        }
        var set = ByteSet()
        var isFirst = true
        // A closing bracket in first position is a literal.
        while isFirst || rest.first != UInt8(ascii: "]") {
            isFirst = false
            guard let start = literal(&rest) else { return nil }
            var end = start
            if rest.first == UInt8(ascii: "-"), let next = rest.dropFirst().first, next != UInt8(ascii: "]") {
                rest.removeFirst()
                guard let last = literal(&rest), start <= last else { return nil }
                end = last
            }
            set.insert(start...end)
        }
        rest.removeFirst()
        return .oneOf(negated ? set.inverted : set)
    }

    /// Parses one character, with an optional backslash before it.
    private static func literal(_ rest: inout ArraySlice<UInt8>) -> UInt8? {
        guard let byte = rest.popFirst() else { return nil }
        return byte == UInt8(ascii: "\\") ? rest.popFirst() : byte
    }

    /// Returns whether the whole name matches.
    public func matches(_ name: [UInt8]) -> Bool {
        guard name.count >= shortestMatch else { return false }
        var (element, index) = (0, 0)
        var retry: (element: Int, index: Int)?
        while index < name.count {
            if element < elements.count, elements[element] == .anySequence {
                retry = (element, index)
                element += 1
            } else if element < elements.count, elements[element].matches(name[index]) {
                element += 1
                index += 1
            } else if let last = retry {
                retry = (last.element, last.index + 1)
                (element, index) = (last.element + 1, last.index + 1)
            } else {
                return false
            }
        }
        return elements[element...].allSatisfy { $0 == .anySequence }
    }
}

/// A set of bytes, with one bit for each.
private struct ByteSet: Hashable, Sendable {
    private var low: UInt128 = 0
    private var high: UInt128 = 0

    mutating func insert(_ range: ClosedRange<UInt8>) {
        for byte in range {
            if byte < 128 { low |= 1 << UInt128(byte) } else { high |= 1 << UInt128(byte - 128) }
        }
    }

    func contains(_ byte: UInt8) -> Bool {
        byte < 128 ? low & 1 << UInt128(byte) != 0 : high & 1 << UInt128(byte - 128) != 0
    }

    var inverted: ByteSet {
        var set = ByteSet()
        (set.low, set.high) = (~low, ~high)
        return set
    }
}

/// A shell pattern for command names: `*`, `?`, `[a-z]`, `[!a-z]`, and `\` before a character that is meant itself, also
/// within brackets.
///
/// It works on bytes, as command names are bytes, and takes time proportional to pattern times name at worst. Classes
/// such as `[:alpha:]` are not known: they depend on a locale.
public struct GlobPattern: Hashable, Sendable {
    /// The text of the pattern.
    public let text: String
    private let elements: [Element]

    private enum Element: Hashable, Sendable {
        case anySequence
        case anyByte
        case byte(UInt8)
        case oneOf([ClosedRange<UInt8>], negated: Bool)

        func matches(_ byte: UInt8) -> Bool {
            switch self {
            case .anySequence, .anyByte: true
            case .byte(let expected): byte == expected
            case .oneOf(let ranges, let negated): ranges.contains { $0.contains(byte) } != negated
            }
        }
    }

    /// Reads a pattern; nil when it ends within brackets or after a backslash, or has a range that ends before it starts.
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
    }

    /// Reads what follows an opening bracket, with the closing one.
    private static func bracket(_ rest: inout ArraySlice<UInt8>) -> Element? {
        var negated = false
        if let first = rest.first, first == UInt8(ascii: "!") || first == UInt8(ascii: "^") {
            negated = true
            rest.removeFirst()
        }
        var ranges: [ClosedRange<UInt8>] = []
        // A closing bracket that comes first is one of the characters.
        while ranges.isEmpty || rest.first != UInt8(ascii: "]") {
            guard let start = literal(&rest) else { return nil }
            var end = start
            if rest.first == UInt8(ascii: "-"), let next = rest.dropFirst().first, next != UInt8(ascii: "]") {
                rest.removeFirst()
                guard let last = literal(&rest), start <= last else { return nil }
                end = last
            }
            ranges.append(start...end)
        }
        rest.removeFirst()
        return .oneOf(ranges, negated: negated)
    }

    /// Reads one character, which a backslash may precede.
    private static func literal(_ rest: inout ArraySlice<UInt8>) -> UInt8? {
        guard let byte = rest.popFirst() else { return nil }
        return byte == UInt8(ascii: "\\") ? rest.popFirst() : byte
    }

    /// Whether the whole name matches.
    public func matches(_ name: [UInt8]) -> Bool {
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

import TaskstatsModel

/// A pattern, a newline and a name, against a reference that tries everything.
enum GlobTarget {
    /// The reference takes time beyond all bounds for long ones.
    private static let mostStars = 4
    private static let longestName = 24

    static func run(_ bytes: UnsafeRawBufferPointer) {
        let bytes = unsafe Array(bytes)
        let parts = bytes.split(separator: 0x0a, maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first else { return }
        let text = String(decoding: first, as: UTF8.self)
        let name = parts.count > 1 ? Array(parts[1]) : []
        let glob = GlobPattern(text)
        let matches = glob?.matches(name)
        precondition(glob == nil || glob?.text == text, "a pattern that lost its text")
        let reference = ReferenceGlob(pattern: Array(text.utf8))
        precondition(reference.isValid == (glob != nil), "the reference says otherwise of a pattern")
        guard let matches, name.count <= longestName, text.utf8.count(where: { $0 == 0x2a }) <= mostStars else {
            return
        }
        precondition(reference.matches(name) == matches, "the reference says otherwise of a name")
    }
}

/// Patterns by their definition: walks the text itself and tries every length for every star.
private struct ReferenceGlob {
    let pattern: [UInt8]

    var isValid: Bool {
        var index = 0
        while index < pattern.count {
            guard let next = element(at: index, matching: 0).next else { return false }
            index = next
        }
        return true
    }

    func matches(_ name: [UInt8]) -> Bool { matches(name[...], from: 0) }

    private func matches(_ name: ArraySlice<UInt8>, from index: Int) -> Bool {
        guard index < pattern.count else { return name.isEmpty }
        if pattern[index] == UInt8(ascii: "*") {
            return (0...name.count).contains { matches(name.dropFirst($0), from: index + 1) }
        }
        guard let byte = name.first else { return false }
        let (isMatch, next) = element(at: index, matching: byte)
        guard isMatch, let next else { return false }
        return matches(name.dropFirst(), from: next)
    }

    /// Whether the element that begins there takes the byte, and where the next one begins; nil when it has no end.
    private func element(at index: Int, matching byte: UInt8) -> (isMatch: Bool, next: Int?) {
        switch pattern[index] {
        case UInt8(ascii: "*"), UInt8(ascii: "?"): return (true, index + 1)
        case UInt8(ascii: "\\"):
            guard index + 1 < pattern.count else { return (false, nil) }
            return (pattern[index + 1] == byte, index + 2)
        case UInt8(ascii: "["): return set(from: index + 1, matching: byte)
        default: return (pattern[index] == byte, index + 1)
        }
    }

    private func set(from start: Int, matching byte: UInt8) -> (isMatch: Bool, next: Int?) {
        var index = start
        var isNegated = false
        if index < pattern.count, pattern[index] == UInt8(ascii: "!") || pattern[index] == UInt8(ascii: "^") {
            isNegated = true
            index += 1
        }
        var isFirst = true
        var isMember = false
        while index < pattern.count {
            if pattern[index] == UInt8(ascii: "]"), !isFirst { return (isMember != isNegated, index + 1) }
            isFirst = false
            guard let low = character(&index) else { return (false, nil) }
            var high = low
            if index + 1 < pattern.count, pattern[index] == UInt8(ascii: "-"), pattern[index + 1] != UInt8(ascii: "]") {
                index += 1
                guard let last = character(&index), last >= low else { return (false, nil) }
                high = last
            }
            isMember = isMember || (byte >= low && byte <= high)
        }
        return (false, nil)
    }

    private func character(_ index: inout Int) -> UInt8? {
        if pattern[index] == UInt8(ascii: "\\") { index += 1 }
        guard index < pattern.count else { return nil }
        defer { index += 1 }
        return pattern[index]
    }
}

/// Bytes written as hex in a test, one field per comment.
///
/// `d2 04 00 00 00 00 00 00  # cpu_count 1234` are eight bytes named "cpu_count": the first word of a comment is the
/// name, the rest is for people. Bytes without a comment belong to the next one; bytes after the last comment have no
/// name. The text alone determines the position of a field, so a fixture needs no table.
package struct HexFixture: Sendable, Hashable {
    /// A named range of the bytes.
    package struct Part: Sendable, Hashable {
        /// The first word of the comment.
        package let name: String
        /// The range of bytes.
        package let range: Range<Int>
    }

    /// All bytes.
    package private(set) var bytes: [UInt8] = []
    /// The named ranges, in order.
    package private(set) var parts: [Part] = []

    /// Parses the text; traps on anything but pairs of hex digits and comments.
    package init(_ text: String) {
        var start = 0
        for line in text.split(separator: "\n") {
            let halves = line.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
            bytes += halves[0].split(separator: " ").map(Self.byte)
            guard halves.count == 2 else { continue }
            guard let name = halves[1].split(whereSeparator: { $0 == " " || $0 == "," }).first else {
                preconditionFailure("a comment without a name in a hex fixture: \(line)")
            }
            parts.append(Part(name: String(name), range: start..<bytes.count))
            start = bytes.count
        }
    }

    /// Returns these bytes with others in the parts of the same names, which have the same lengths.
    package func replacing(_ changes: HexFixture) -> HexFixture {
        var fixture = self
        for change in changes.parts {
            guard let part = parts.first(where: { $0.name == change.name }), part.range.count == change.range.count
            else { preconditionFailure("no such part in a hex fixture: \(change.name)") }
            fixture.bytes.replaceSubrange(part.range, with: changes.bytes[change.range])
        }
        return fixture
    }

    /// Returns these bytes with more at their end.
    package func appending(_ tail: HexFixture) -> HexFixture {
        var fixture = self
        fixture.bytes += tail.bytes
        fixture.parts += tail.parts.map {
            Part(name: $0.name, range: $0.range.lowerBound + bytes.count..<$0.range.upperBound + bytes.count)
        }
        return fixture
    }

    private static func byte(_ digits: Substring) -> UInt8 {
        guard digits.count == 2, let byte = UInt8(digits, radix: 16) else {
            preconditionFailure("not a byte in a hex fixture: \(digits)")
        }
        return byte
    }
}
